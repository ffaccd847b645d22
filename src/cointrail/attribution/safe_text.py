"""Text from outside, made safe to show."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that show nothing, reorder what stands beside them, or mean nothing agreed."""


def safe_text(text: str) -> str:
    """`text` with every control, bidirectional, zero-width or unassigned character spelt as `<U+202E>`.

    What is stored and hashed stays as it was given; this is for screens, tables and reports.
    """
    return "".join(f"<U+{ord(c):04X}>" if unicodedata.category(c) in _HIDDEN else c for c in text)
