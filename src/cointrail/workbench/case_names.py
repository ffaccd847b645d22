"""What a kept case is called where its reference cannot stand: in paths and as the name of a folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

LONGEST = 60
"""Characters of the words of a name."""

_DIGEST = 8
"""Hex digits that tell two references of the same words apart."""

_PLAIN = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


def name_of(reference: str) -> str:
    """The name of the case with this reference: ASCII letters, digits and dashes.

    A reference of these alone is its own name. Any other loses something on the way, so a part of its digest
    follows; two references get the same name only where somebody made one to look like the other's.
    """
    if len(reference) <= LONGEST and _PLAIN.fullmatch(reference):
        return reference
    words = re.sub(r"[^A-Za-z0-9]+", "-", reference)[:LONGEST].strip("-") or "case"
    return f"{words}-{hashlib.sha256(reference.encode()).hexdigest()[:_DIGEST]}"


def find(name: str, references: Iterable[str]) -> str | None:
    """The reference of the case that has this name; None where none has."""
    return next((one for one in references if name_of(one) == name), None)
