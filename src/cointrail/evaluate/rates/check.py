"""A world that nobody has seen against the table: does every stated bound hold there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.clustering.rules import Link
from cointrail.error_rates.strata import Stratum
from cointrail.error_rates.table import ErrorTable
from cointrail.errors import BadInput
from cointrail.evaluate.intervals import CONFIDENCE, ONE, allowed_outside, lower_bound
from cointrail.evaluate.rates.groups import Joined, count_by, prefix, quoted_by
from cointrail.evaluate.rates.maker import WORLD_ENOUGH
from cointrail.evaluate.rates.sources import FIRST_SEED
from cointrail.evaluate.rates.tally import Tally, tally_plan
from cointrail.evaluate.worlds.many import DEFAULT_PRESETS, DEFAULT_SIZE
from cointrail.simulate import Plan, draw_plan, preset


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStratum:
    """What one stratum's bound says, and what was found in the new world.

    Attributes:
        stratum: that the links are quoted by.
        links: all of them.
        wrong_links: of these.
        n: links of different hands, one of each.
        wrong: of these.
        bound_ppm: the stated bound.
        share_ppm: the greater of both shares, rounded up.
        least_ppm: what the rate must be at least in this world (95 % confidence, one-sided).
        above: whether the share is above the bound, chance or not.
        outside: whether so many would be a surprise if the bound were true here.
    """

    stratum: Stratum
    links: int
    wrong_links: int
    n: int
    wrong: int
    bound_ppm: int
    share_ppm: int
    least_ppm: int
    above: bool
    outside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCheck:
    """A new world against the table, as `cointrail evaluate check` gives it.

    Attributes:
        seed: of the world.
        world: its plan.
        truth: SHA-256 over its truth files.
        transactions: of its chain.
        table: digest of the table.
        strata: strata with enough links of different hands in this world.
        outside: of these, whose bound does not hold there.
        allowed: how many may be outside by chance: each of so many sound bounds is with 5 %, and no more
            than this are with 95 %.
        above: strata whose share is above the bound, chance or not.
        not_measured: rules that assert links here and that the table does not know.
        holds: whether no more are outside than allowed.
        rows: the strata.
    """

    seed: int
    world: str
    truth: str
    transactions: int
    table: str
    strata: int
    outside: int
    allowed: int
    above: int
    not_measured: tuple[str, ...]
    holds: bool
    rows: tuple[CheckedStratum, ...]


ATTEMPTS = 4
"""Plans that are drawn, where by one nobody can pay any more before the world has its size."""

NEXT = 100_000_000
"""What is added to the seed for each of them."""


def draw_world(seed: int, *, vary: bool, attempt: int = 0) -> tuple[str, Plan]:
    """The plan of a new world: a default one, chosen by the seed, or one drawn at random within the ranges.

    Raises:
        BadInput: worlds of the table were made with such seeds.
    """
    if seed >= FIRST_SEED - ATTEMPTS * NEXT:
        raise BadInput(
            f"seed {seed} may be of a world that the table was made from",
            hint=f"name one below {FIRST_SEED - ATTEMPTS * NEXT}",
            value=seed,
        )
    seed += attempt * NEXT
    if vary:
        return f"drawn, seed {seed}", draw_plan(seed)
    name = DEFAULT_PRESETS[seed % len(DEFAULT_PRESETS)]
    return f"{name}, seed {seed}", preset(name).with_size(DEFAULT_SIZE)


def check_seed(table: ErrorTable, seed: int, *, vary: bool = False) -> TableCheck:
    """Draw a world, measure it, and hold the table against it.

    Raises:
        BadInput: the seed is not of a new world.
    """
    for attempt in range(ATTEMPTS):
        name, plan = draw_world(seed, vary=vary, attempt=attempt)
        try:
            return check_tally(table, tally_plan(name, plan, seed + attempt * NEXT), seed)
        except BadInput:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def check_tally(table: ErrorTable, tally: Tally, seed: int) -> TableCheck:
    """Hold a table against the tally of one world."""
    own = [stratum for stratum, row in table.rows.items() if row.own or len(stratum) == len(("rule", "era"))]
    rows = Joined.of([tally])
    quoted = quoted_by(rows.code, own)
    counts = count_by(rows, quoted, seed)
    checked = [
        _checked(table, own[key], numbers)
        for key, *numbers in zip(
            counts.keys.tolist(),
            *(column.tolist() for column in (counts.links, counts.wrong_links, counts.n, counts.wrong)),
            strict=True,
        )
        if numbers[2] >= WORLD_ENOUGH
    ]
    return _verdict(table, tally, seed, checked, _unknown(table, tally))


def _checked(table: ErrorTable, stratum: Stratum, numbers: Sequence[int]) -> CheckedStratum:
    links, wrong_links, n, wrong = numbers
    bound = table.rows[stratum].rest_ppm
    share = max(-(-ONE * wrong // n), -(-ONE * wrong_links // links))
    least = lower_bound(wrong, n, confidence=CONFIDENCE)
    return CheckedStratum(
        stratum=stratum,
        links=links,
        wrong_links=wrong_links,
        n=n,
        wrong=wrong,
        bound_ppm=bound,
        share_ppm=share,
        least_ppm=least,
        above=share > bound,
        outside=least > bound,
    )


def _verdict(
    table: ErrorTable, tally: Tally, seed: int, checked: Sequence[CheckedStratum], unknown: tuple[str, ...]
) -> TableCheck:
    outside = sum(one.outside for one in checked)
    allowed = allowed_outside(len(checked))
    return TableCheck(
        seed=seed,
        world=tally.name,
        truth=tally.truth,
        transactions=tally.transactions,
        table=table.digest,
        strata=len(checked),
        outside=outside,
        allowed=allowed,
        above=sum(one.above for one in checked),
        not_measured=unknown,
        holds=outside <= allowed,
        rows=tuple(checked),
    )


def _unknown(table: ErrorTable, tally: Tally) -> tuple[str, ...]:
    found = {Link(int(key)).rule.name for key in set(prefix(tally.code, 1).tolist())}
    return tuple(sorted(rule for rule in found if (rule,) not in table.rows))
