"""What was measured of the error of the rules, and what was not."""

from __future__ import annotations

from collections.abc import Iterator

from cointrail.report.blocks import Block, heading, text


def measured_part() -> Iterator[Block]:
    """The bounds that the tables state; where they state none, that nothing was measured."""
    yield heading("Measured error", 2)
    yield text(
        "Not measured. The tables of this case state no measured bound on how often a rule is wrong; the "
        "targets of section 3 are what each tier aims at, and no more."
    )
