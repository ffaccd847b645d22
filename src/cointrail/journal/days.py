"""The days that a case may name."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from cointrail.errors import BadInput
from cointrail.journal.acts import Act

YEARS = range(2000, 2201)
"""Years that a day of a case may lie in; our choice: others are slips of the keyboard, and the last ones that
there are overflow in another time zone."""


def require_days(act: Act) -> None:
    """Refuse what names a day in no such year, before it is put on a case.

    What is on one already stays readable.

    Raises:
        BadInput: which.
    """
    for field in fields(act):  # type: ignore[arg-type]
        given = getattr(act, field.name)
        if isinstance(given, date) and given.year not in YEARS:
            raise BadInput(
                f"`{field.name}` is in the year {given.year}",
                hint=f"{YEARS[0]} to {YEARS[-1]}",
                field=field.name,
                value=given.isoformat(),
            )
