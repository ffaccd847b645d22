"""The measured table: how often each rule is wrong, at most, by stratum; read from the package's data.

    form         version of this file's form
    worlds       the simulated worlds that it was made from, with the digests of their truth
    real         what real data with known truth said of the same rules
    strata       how many bounds hold together (Bonferroni)
    rows         per stratum the counts, and the bound
    validation   the table against worlds that were held back
    coverage     what clusters hold of a hand's addresses, by era and tier

The digest of a table is the SHA-256 of its file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cointrail.error_rates.strata import Stratum
from cointrail.errors import BadInput

FORM = 1
"""Version of the form of the file; another one is refused."""

NAMED = "error_rates@"
"""Begins the name of a table where a basis lists what had a say."""

SHIPPED = "table.json"
"""The table of the package, in its folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was counted in one stratum.

    Attributes:
        stratum: rule with version, era, and further marks.
        links: all that were asserted, in all worlds.
        wrong_links: of these.
        n: links of different hands, one of each hand and world.
        wrong: of these.
        worlds: in how many worlds.
        bound_ppm: at most so many of a million are wrong, of all that is in the stratum.
        rest_ppm: the same for links that lie in no deeper stratum of the table; never less.
        bound_from: of how many marks the stratum is that the bound was measured in: less than this one has
            where too few hands are in it.
        stress_ppm: the greatest share of links that was wrong in one world with enough of them.
        real_links: the same count in real data with known owners; 0: there is none.
        real_wrong: of these.
    """

    stratum: Stratum
    links: int
    wrong_links: int
    n: int
    wrong: int
    worlds: int
    bound_ppm: int
    rest_ppm: int
    bound_from: int
    stress_ppm: int
    real_links: int = 0
    real_wrong: int = 0

    @property
    def own(self) -> bool:
        """Whether the bound is its own."""
        return self.bound_from == len(self.stratum)


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a rule is wrong in the stratum of one link, at most.

    Attributes:
        asked: the stratum of the link.
        quoted: the stratum that the bound was measured in: the same, or the parent that has enough hands.
        n: links of different hands there.
        wrong: of these.
        worlds: in how many worlds.
        bound_ppm: the bound.
        rest: whether it is of those links alone that no deeper stratum has a bound for.
    """

    asked: Stratum
    quoted: Stratum
    n: int
    wrong: int
    worlds: int
    bound_ppm: int
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """What clusters of a tier hold of a hand's addresses: the mean over worlds of an era, and the least."""

    era: str
    tier: str
    worlds: int
    mean_ppm: int
    least_ppm: int


@dataclass(frozen=True, slots=True)
class Validation:
    """A table against worlds that it was not made from.

    Attributes:
        worlds: how many.
        strata: bounds that were checked in them, each in each world.
        outside: of these, with so many wrong links that it would be a surprise if the bound were true there.
        allowed: how many may be so by chance.
        points: per check the bound, the share found wrong, links of different hands, and 1 where outside.
    """

    worlds: int
    strata: int
    outside: int
    allowed: int
    points: tuple[tuple[int, int, int, int], ...]


NOT_VALIDATED = Validation(0, 0, 0, 0, ())


@dataclass(frozen=True)
class ErrorTable:
    """A table, by stratum.

    Attributes:
        digest: SHA-256 of its file, in hex; `NO_DIGEST` for none at all.
        budget: of its making: `full` or `small`.
        worlds: names of the worlds and digests of their truth.
        real: what the real data were: name, what, digest.
        hands: owners in all worlds.
        transactions: in all worlds.
        strata: bounds that hold together.
        rows: by stratum.
        coverage: what is missed.
        validation: how it did in worlds that it was not made from.
    """

    digest: str
    budget: str
    worlds: tuple[Mapping[str, Any], ...]
    real: tuple[Mapping[str, Any], ...]
    hands: int
    transactions: int
    strata: int
    rows: Mapping[Stratum, Row]
    coverage: tuple[Coverage, ...]
    validation: Validation = NOT_VALIDATED
    _rates: dict[Stratum, Rate | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """As a basis names it beside the rules: `error_rates@` and the first digits of the digest."""
        return f"{NAMED}{self.digest[:16]}"

    def rate(self, stratum: Stratum) -> Rate | None:
        """How often a link is wrong, at most. None: its rule was never measured in its era.

        Args:
            stratum: of the link: a rule with its version, and marks as far as they are known.
        """
        if stratum not in self._rates:
            self._rates[stratum] = self._find(stratum)
        return self._rates[stratum]

    def _find(self, stratum: Stratum) -> Rate | None:
        if stratum[:2] not in self.rows:
            return None
        depth = next(k for k in range(len(stratum), 0, -1) if stratum[:k] in self.rows)
        row = self.rows[stratum[:depth]]
        origin = self.rows[row.stratum[: row.bound_from]]
        rest = row.rest_ppm != origin.bound_ppm
        return Rate(stratum, origin.stratum, origin.n, origin.wrong, origin.worlds, row.rest_ppm, rest)

    def covered(self, era: str, tier: str) -> Coverage | None:
        """What clusters of a tier held of a hand's addresses in the worlds of an era."""
        return next((one for one in self.coverage if (one.era, one.tier) == (era, tier)), None)


NO_DIGEST = "none"

UNMEASURED = ErrorTable(NO_DIGEST, "none", (), (), 0, 0, 0, {}, ())
"""Knows of no measurement: every rule stands as it declares itself. What measurements are made with."""


def read_table(data: bytes, name: str = SHIPPED) -> ErrorTable:
    """A table from the bytes of its file.

    Raises:
        BadInput: it has another form.
    """
    try:
        found = json.loads(data)
        if found["form"] != FORM:
            raise BadInput(f"`{name}` has form {found['form']}, this program reads {FORM}", path=name)
        rows = [Row(**{**row, "stratum": tuple(row["stratum"])}) for row in found["rows"]]
        return ErrorTable(
            digest=hashlib.sha256(data).hexdigest(),
            budget=found["budget"],
            worlds=tuple(found["worlds"]),
            real=tuple(found["real"]),
            hands=found["hands"],
            transactions=found["transactions"],
            strata=found["strata"],
            rows={row.stratum: row for row in rows},
            coverage=tuple(Coverage(**one) for one in found["coverage"]),
            validation=_validation(found["validation"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"`{name}` is no table of measured error: {error}", path=name) from error


def _validation(found: dict[str, Any]) -> Validation:
    return Validation(**{**found, "points": tuple(tuple(one) for one in found["points"])})


def table_from(path: Path) -> ErrorTable:
    """A table from a file.

    Raises:
        BadInput: it cannot be read, or has another form.
    """
    try:
        return read_table(path.read_bytes(), str(path))
    except OSError as error:
        raise BadInput(f"`{path}` cannot be read: {error.strerror}", path=str(path)) from error


@cache
def shipped() -> ErrorTable:
    """The table of this package; read once."""
    return read_table(files("cointrail.error_rates").joinpath(SHIPPED).read_bytes())


def in_words(stratum: Sequence[str]) -> str:
    """A stratum for people: its marks after the rule; `all` where there are none."""
    return ", ".join(stratum[1:]) or "all"
