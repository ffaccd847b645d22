"""The lines of docs/reference/worlds.md, from the tables that plans are read by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cointrail.simulate.composed.plan import Plan
from cointrail.simulate.composed.presets import PRESETS
from cointrail.simulate.composed.programs import PROGRAMS
from cointrail.simulate.composed.ranges import AGENTS, MAX_RATE, MAX_RATES, VALUES, YEARS
from cointrail.simulate.composed.roles import OWNER_KINDS, ROLES, TRUTH_FILES, TX_KINDS


def world_lines() -> Iterator[str]:
    """The page of composed worlds: values of a plan, agents, presets, programs, truth files."""
    yield from ("# Composed worlds", "", "[How to make one](../how-to/compose-a-world.md).", "")
    yield from _plan_lines()
    yield from _preset_lines()
    yield from _program_lines()
    yield from ("## Truth files", "", "CSV, UTF-8, in `truth/`.", "")
    files = ((f"`{name}.csv`", f"`{columns}`", about) for name, (columns, about) in TRUTH_FILES.items())
    yield from _table(("file", "columns", "a line"), files)
    for title, words in (
        ("Roles of outputs", ROLES),
        ("Kinds of transactions", TX_KINDS),
        ("Kinds of owners", OWNER_KINDS),
    ):
        yield from (f"### {title}", "")
        yield from _table(("word", "means"), ((f"`{word}`", about) for word, about in words.items()))


def _plan_lines() -> Iterator[str]:
    years = ", ".join(map(str, YEARS))
    yield from ("## Values of a plan", "")
    yield "A plan is a TOML file with three tables. What it leaves out has its default;"
    yield from (f"`era` in the table `world` is one of {years}, by default 2018.", "")
    rows = (
        (f"`{v.table}`", f"`{v.name}`", f"{v.low:,.10g} to {v.high:,.10g}", f"{v.default:,.10g}", v.meaning)
        for v in VALUES
    )
    yield from _table(("table", "value", "range", "default", "meaning"), rows)
    yield from ("### Agents", "")
    yield f"In the table `agents`, by name: how many of 1,000 transactions each makes, 0 to {MAX_RATE:g}, all"
    yield f"together at most {MAX_RATES:g}. People's own payments are the rest. Exchanges, merchants and pools"
    yield "are always there, as people deal with them. A rate is what is aimed at: an agent that cannot act (too"
    yield "few coins, too few participants) makes fewer. Plans drawn at random go up to the last column."
    yield ""
    agents = ((f"`{a.name}`", str(a.since), a.meaning, f"{a.drawn_to:g}") for a in AGENTS)
    yield from _table(("agent", "since", "what it does", "drawn up to"), agents)


def _preset_lines() -> Iterator[str]:
    yield from ("## Presets", "", "Values that differ from the defaults, and the agents' rates.", "")
    yield from _table(("preset", "era", "values", "agents"), (_preset(*item) for item in PRESETS.items()))


def _preset(name: str, plan: Plan) -> tuple[str, ...]:
    numbers = ", ".join(f"{key} {number:g}" for key, number in plan.numbers.items())
    rates = ", ".join(f"{key} {rate:g}" for key, rate in plan.rates.items())
    return f"`{name}`", str(plan.year), numbers, rates


def _program_lines() -> Iterator[str]:
    yield from ("## Wallet programs", "", "Habits with their sources are in `simulate/composed/programs.py`.")
    yield from ("Shares among people are assumptions: nobody counts wallets.", "")
    rows = (
        (
            f"`{p.name}`", f"{p.since} to {p.until}", ", ".join(kind.value for kind, _ in p.kinds),
            str(p.version), f"{p.sequence:#x}", p.locktime.name.lower(), p.selection.name.lower(),
            p.inputs.name.lower(), p.outputs.name.lower(),
        )
        for p in PROGRAMS
    )  # fmt: skip
    heads = ("program", "years", "addresses", "version", "sequence", "locktime", "coins", "inputs", "outputs")
    yield from _table(heads, rows)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (heads, ("---",) * len(heads), *rows):
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |"
    yield ""
