"""Options as people write them."""

from __future__ import annotations

import re
from decimal import Decimal

from cointrail.errors import BadInput

_SIZE = re.compile(r"(?P<number>[0-9]{1,18}(?:\.[0-9]{1,3})?)\s*(?P<unit>[KMGT]?)(?:i?B)?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def parse_size(text: str) -> int:
    """Bytes: `4G`, `512M`, `1.5GiB`. Units are powers of 1,024.

    Raises:
        BadInput: no size, or zero.
    """
    match = _SIZE.fullmatch(text.strip())
    size = int(Decimal(match["number"]) * _UNITS[match["unit"].upper()]) if match else 0
    if size <= 0:
        raise BadInput(f"`{text}` is not a size", hint="write it like `4G` or `512M`", value=text)
    return size
