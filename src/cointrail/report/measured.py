"""What was measured of the error of the rules, as the tables state it, and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from cointrail.report.blocks import INFERENCE, Block, column, heading, source, table, text
from cointrail.report.carried import primary_name, same_hand_leads
from cointrail.report.case_tables import CaseTables
from cointrail.report.money import count

BOUND, ONE, FIVE, LACKING = (
    "error_bound_ppm",
    "error_payjoin_1_ppm",
    "error_payjoin_5_ppm",
    "error_not_measured",
)
"""Columns of the tables: the bound of a row without payjoins, with 1 % and with 5 % of them, and the rules
that have no measured rate."""

SAYS = "error_says"
"""The same in sentences."""

STEPS = (1_000, 5_000, 10_000, 50_000, 100_000, 500_000)
"""Upper ends of the lines of the table, in parts per million."""

NOT_MEASURED = "not measured"


def in_percent(ppm: int) -> str:
    """Parts per million as a percentage, every digit kept."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"


def measured_part(case: CaseTables) -> Iterator[Block]:
    """The bounds that the tables state; where they state none, that nothing was measured."""
    yield heading("Measured error", 2)
    if not _says_any(case):
        yield text(
            "Not measured. The tables of this case state no measured bound on how often a rule is wrong; "
            "the targets of section 3 are what each tier aims at, and no more."
        )
        return
    yield text(
        "Each row of the tables says how far its inferences may be wrong together: the sum of the "
        "measured bounds of its links, each at 95 % confidence, which needs no independence. A payjoin "
        "leaves no mark, so its share is an assumption; the tables below carry none, 1 % and 5 % side by "
        "side. The measured worlds are simulated; a case is not a random draw from them."
    )
    leads, payments = same_hand_leads(case), case.payments.records(("class", BOUND, ONE, FIVE))
    yield from _bounds(leads, f"Same-hand leads with value by {primary_name(case)}", case.leads.file)
    of_service = [row for row in payments if row["class"] == "payment"]
    yield from _bounds(of_service, "Payments, as being the service's", case.payments.file)
    lacking = _rules_without_rate(case)
    if lacking:
        listed = ", ".join(f"{rule} ({number:,})" for rule, number in lacking)
        yield text(
            f"Rules without a measured rate, with how many links of rows rest on them: {listed}. A row "
            "that rests on one of them has no bound."
        )


def _says_any(case: CaseTables) -> bool:
    """Whether some row states a bound, or a rule that has none."""
    asked = ((rows, name) for rows in (case.leads, case.payments) for name in (BOUND, LACKING))
    return any(any(rows.column(name)) for rows, name in asked if rows.has(name))


def _bounds(kept: list[dict[str, str]], what: str, file: str) -> Iterator[Block]:
    if not kept:
        return
    tallies = [Counter(_step(row[name]) for row in kept) for name in (BOUND, ONE, FIVE)]
    names = [*(f"at most {in_percent(step)}" for step in STEPS), "more", NOT_MEASURED]
    lines = [(name, *(f"{tally[name]:,}" for tally in tallies)) for name in names]
    columns = (
        column("wrong in", INFERENCE, width="1fr"),
        column("rows, no payjoin", INFERENCE, form="number"),
        column("rows, 1 % payjoins", INFERENCE, form="number"),
        column("rows, 5 % payjoins", INFERENCE, form="number"),
    )
    yield table(f"{what}, by measured bound", columns, lines, source(file, f"{BOUND} and beside it"))


def _step(cell: str) -> str:
    if not cell:
        return NOT_MEASURED
    step = next((step for step in STEPS if int(cell) <= step), None)
    return "more" if step is None else f"at most {in_percent(step)}"


def _rules_without_rate(case: CaseTables) -> list[tuple[str, int]]:
    found: Counter[str] = Counter()
    for rows in case.tables:
        for cell in rows.column(LACKING) if rows.has(LACKING) else ():
            for part in cell.split():
                rule, _, number = part.rpartition("=")
                found[rule] += int(number)
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def bound_in_words(rows: Iterable[Mapping[str, str]]) -> str:
    """What is known of the error of rows in which a hand is claimed; nothing where there is none."""
    cells = [(row.get(BOUND, ""), row.get(FIVE, "")) for row in rows]
    known = [(int(bound), int(five or bound)) for bound, five in cells if bound]
    if not cells:
        return ""
    if not known:
        return "The error of these inferences was not measured."
    left = len(cells) - len(known)
    rest = f"; for {count(left, 'line')} it was not measured" if left else ""
    return (
        "By measurement on simulated worlds each is wrong in at most "
        f"{in_percent(max(b for b, _ in known))} of cases (95 % confidence), "
        f"{in_percent(max(f for _, f in known))} if 5 % of the links that can be payjoins are{rest}."
    )
