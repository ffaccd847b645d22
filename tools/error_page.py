"""The page "How wrong can this be?", from the table of measured error that ships with the program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cointrail.clustering.rules import Link
from cointrail.error_rates.combine import ONE, PAYJOIN_PPM, Charge, bound_of, percent
from cointrail.error_rates.fidelity import shipped_fidelity
from cointrail.error_rates.strata import ERAS
from cointrail.error_rates.table import Rate, Row, shipped
from cointrail.error_rates.tiers import ALLOWED_PPM, measured_tiers
from cointrail.error_rates.wording import say_bound
from cointrail.evaluate.worlds.plots import draw_bounds, draw_reliability
from cointrail.evaluate.worlds.pool import Stratum
from cointrail.heuristics.base import REGISTRY, Rule, Tier

PAGE = "how-wrong.md"
BOUNDS, RELIABILITY = "how-wrong/bounds.svg", "how-wrong/reliability.svg"

_HEAD = """\
Every link, path and lead that Cointrail prints carries a bound: *wrong in at most so many of a hundred
cases*. This page says where that figure comes from, what it covers, and what it does not. It is made from
the table of measured error that is part of the program, and is written for somebody who must explain the
figure to others.

The table has the digest `{digest}`. Every result names it among its rules, as `{name}`, so that anybody can
tell which figures a report rests on."""

_ANSWER = """\
A rule is worth its tier only as long as it keeps what the tier allows. Where it does not, the program
lowers it by itself: a link of T4 is a lead and enters no total, a link of T5 is no link."""

_HOW = """\
{worlds} economies were simulated, with {transactions:,} transactions of {hands:,} owners, of whom
everything is known. Some of the plans are typical of an era, most were drawn at random within wide
ranges: few or many CoinJoins, careful or careless wallets, crime or none. The rules see the blocks alone,
as they see the real chain. Then every link that they assert is compared with the truth.

- **What is counted** is the share of wrong links among links that were asserted. A rule that says nothing
  makes no error; that is counted as what it misses, below.
- **One link of each owner.** Links of one wallet are right or wrong together. If all were counted, one busy
  wallet would pass for a thousand independent tests. So one is drawn by lot for each owner.
- **The bound** is the worst of three: the upper limit of Clopper and Pearson for these draws, at 95 %
  confidence for all {strata} bounds of the table together (Bonferroni); the share of all links that were
  wrong; and what 95 of 100 economies do not exceed beyond chance, so that the bound also holds for people
  who behave otherwise than the average.
- **By stratum.** Errors differ by year, kind of script and shape of the transaction. A link has the bound
  of the narrowest group that it lies in and that has enough owners to tell; else that of the next wider
  one."""

_PAYJOIN = """\
In a PayJoin the payee signs beside the payer. A careful one leaves no mark, and nobody knows how many there
are. So they are left out of the count, and their share is an assumption that every bound states: none, 0.1
%, 1 %, 5 % of the transactions that could be one (two inputs and more, up to two outputs). Of a path with
six links of T2, half of which could be a PayJoin's, and three hops of T3:"""

_TRUE = """\
{worlds} more economies were held back while the table was made. In them {strata} bounds could be checked. A
bound counts as outside where so many links were wrong that this would be a surprise (one in twenty) if the
bound were true there. **{outside} were outside; by chance alone up to {allowed} may be.** Each point of the
picture is one such check: points below the dashed line keep their bound; points above it are worlds with
more wrong links than stated, most of them by a few links of small groups."""

_YOURSELF = """\
Anybody can draw an economy that the table has never seen, by any number, and hold the table against it:

```
cointrail evaluate check --seed 7
cointrail evaluate check --seed 7 --vary
```

The second one also draws the plan at random. Exit code 1 says that more bounds failed than chance allows.
The whole table is made anew, to the same bytes, by

```
cointrail evaluate table --out table.json
```"""

_MISSED = """\
No rule finds everything. Of an owner's addresses a cluster holds, on average over addresses and then over
worlds:"""

_MISSED_AFTER = """\
So a balance or a sum over a cluster is a lower bound, and that two addresses are in different clusters
proves nothing."""

_NOT = """\
- **Not measured** are {unmeasured}. A path that needs one of them has no bound, and says so. Of
  `service.deposit` this is known: in 40 economies of the default plans it named 452 addresses at T3, all of
  them rightly, and found 17 of a hundred of those that headline clusters had left to find. These are too few
  exchanges to show that it is right in 99 of a hundred cases.
- **Tags** are somebody's claims. How often they are wrong is not in any bound.
- **Simulated people are not people.** The figures say how far a rule goes wrong when people behave as the
  economies have them behave. A habit that no economy has is not covered.
- **A case is not a random draw.** Whoever hides uses CoinJoins, PayJoins and stolen keys more often than
  others. The worst single economy stands beside each bound for that reason (*worst world*).
- **Error of the software** is no part of it. Tests against Bitcoin Core's own code are."""

_WORDS = """\
This is what the program says of a path, word for word, so that reports agree:"""


_LIKENESS = """\
The economies of a year are held against real blocks of that time, feature by feature and by a classifier
that tries to tell them apart (AUC 0.5: it cannot; 1.0: it always can). Where they are told apart, the rates
of that time carry a warning: people may have gone about it otherwise. [What the gates say](fidelity.md)
names the differences."""


def page_files() -> dict[str, str]:
    """The page and its pictures, by their path below docs/explanation."""
    return {PAGE: "\n".join(_lines()) + "\n", BOUNDS: _bounds(), RELIABILITY: _reliability()}


def _lines() -> Iterator[str]:
    table = shipped()
    yield from ("# How wrong can this be?", "", _HEAD.format(digest=table.digest, name=table.name), "")
    yield from ("## The answer, by rule", "", _ANSWER, "", *_rules(), "")
    size = {"worlds": len(table.worlds), "transactions": table.transactions, "hands": table.hands}
    yield from ("## How it was measured", "", _HOW.format(**size, strata=table.strata), "")
    yield from ("## By era", "", f"![bounds by rule and era]({BOUNDS})", "", *_eras(), "")
    yield from ("### How like real people", "", _LIKENESS, "", *_likeness(), "")
    yield from ("## PayJoins: the one thing that must be assumed", "", _PAYJOIN, "", *_shares(), "")
    found = table.validation
    told = {
        "worlds": found.worlds,
        "strata": found.strata,
        "outside": found.outside,
        "allowed": found.allowed,
    }
    yield from ("## Do the bounds hold?", "", _TRUE.format(**told), "")
    yield from (f"![stated bounds against what was found]({RELIABILITY})", "")
    yield from ("## Check it yourself", "", _YOURSELF, "")
    yield from ("## What is missed", "", _MISSED, "", *_coverage(), "", _MISSED_AFTER, "")
    yield from ("## What these figures cannot say", "", _NOT.format(unmeasured=_unmeasured()), "")
    yield from ("## The wording", "", _WORDS, "", f"> {_example_sentence()}")


def _row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _measured() -> list[Rule]:
    """Rules whose links were counted, strongest first."""
    rules = [rule for rule in REGISTRY.values() if (rule.name,) in shipped().rows]
    return sorted(rules, key=lambda rule: (rule.tier or Tier.T0, rule.id))


def _rules() -> Iterator[str]:
    yield _row("rule", "tier", "tier allows", "wrong in at most", "stands at")
    yield _row(*["---"] * 5)
    for rule in _measured():
        tiers = measured_tiers(rule.id)
        assert rule.tier is not None, "a link has a tier"
        assert tiers is not None, "a link has a tier"
        stands = _stands(tiers)
        bound = percent(shipped().rows[rule.name,].bound_ppm)
        name = f"[{rule.id}](../reference/rules/{rule.id}.md)"
        yield _row(name, rule.tier.name, percent(ALLOWED_PPM[rule.tier]), bound, stands)


def _stands(tiers: Sequence[Tier]) -> str:
    """The tier that a rule stands at, and eras with another one: `T4; T5 in 2023 on`."""
    usual = max(tiers, key=list(tiers).count)
    others = (f"; {tier.name} in {era}" for era, tier in zip(ERAS, tiers, strict=True) if tier is not usual)
    return usual.name + "".join(others)


def _likeness() -> Iterator[str]:
    """What must stand beside the rates of each era that worlds were held against real blocks for."""
    yield _row("year", "warning beside its rates")
    yield _row("---", "---")
    for era in sorted(shipped_fidelity().eras):
        yield _row(era, shipped_fidelity().warning(era) or "none: every gate is passed")


def _eras() -> Iterator[str]:
    yield _row("rule", "era", "links", "wrong", "owners", "wrong of these", "wrong in at most", "worst world")
    yield _row(*["---"] * 8)
    for rule in _measured():
        for era in ERAS:
            row = shipped().rows.get((rule.name, era))
            if row is None:
                yield _row(rule.name, era, *["-"] * 4, "not measured", "-")
                continue
            counts = (f"{one:,}" for one in (row.links, row.wrong_links, row.n, row.wrong))
            bound = percent(row.bound_ppm) + ("" if row.own else " (the rule's)")
            yield _row(rule.name, era, *counts, bound, percent(row.stress_ppm))


def _charge(rule_id: str, *, payjoin: bool = False) -> Charge:
    rule = REGISTRY[rule_id]
    row = shipped().rows[rule.name,]
    rate = Rate(row.stratum, row.stratum, row.n, row.wrong, row.worlds, row.bound_ppm)
    return Charge(rule.name, rule.tier, rate, payjoin)


def _example() -> list[Charge]:
    return [
        *(_charge("common_input", payjoin=k < 3) for k in range(6)),
        *(_charge("change.link") for _ in range(3)),
    ]


def _shares() -> Iterator[str]:
    yield _row("assumed share of PayJoins", *map(percent, PAYJOIN_PPM))
    yield _row(*["---"] * (1 + len(PAYJOIN_PPM)))
    yield _row("wrong in at most", *(percent(total) for _, total in bound_of(_example()).payjoin_ppm))


def _example_sentence() -> str:
    table = shipped()
    return say_bound(bound_of(_example()), table, table.covered(ERAS[2], Tier.T2.name))


def _coverage() -> Iterator[str]:
    yield _row("era", "tier", "worlds", "held on average", "in the worst world")
    yield _row(*["---"] * 5)
    for one in shipped().coverage:
        yield _row(one.era, one.tier, one.worlds, _whole(one.mean_ppm), _whole(one.least_ppm))


def _whole(ppm: int) -> str:
    return f"{(ppm + 5_000) // 10_000} %"


def _unmeasured() -> str:
    """Rules that make links and that no world has told anything of."""
    linking = {*(link.rule.id for link in Link), "service.deposit"}
    known = {rule.id for rule in _measured()}
    return ", ".join(f"`{rule}`" for rule in sorted(linking - known))


def _bounds() -> str:
    rows = [row for row in shipped().rows.values() if len(row.stratum) <= len(("rule", "era"))]
    return draw_bounds([_stratum(row) for row in rows])


def _stratum(row: Row) -> Stratum:
    tier = REGISTRY[row.stratum[0].partition("@")[0]].tier
    return Stratum(
        stratum=row.stratum,
        links=row.links,
        wrong_links=row.wrong_links,
        n=row.n,
        wrong=row.wrong,
        bound_ppm=row.bound_ppm,
        bound_from=row.stratum[: row.bound_from],
        target_ppm=ONE if tier is None else ALLOWED_PPM[tier],
    )


def _reliability() -> str:
    points = shipped().validation.points
    return draw_reliability((bound, share, not outside) for bound, share, _, outside in points)
