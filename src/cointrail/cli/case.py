"""`cointrail case run`, `bundle`: from a case to its list of leads, and to evidence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cointrail import workbench
from cointrail.cli.case_options import Db, open_cases
from cointrail.cli.options import STORE, Format, FormatOption, StoreOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, write

if TYPE_CHECKING:
    from cointrail.workbench import CaseRun, CaseSource

Facts = list[tuple[str, object]]

_LEADS = frozenset(
    {
        "exchange",
        "legal_entity",
        "jurisdiction",
        "payments_same_hand",
        "payments_upstream",
        "withdrawals",
        "deposits_same_hand",
        "deposits_downstream",
    }
)
"""Columns of leads that fit a screen; CSV and JSON have the sums too."""

app = typer.Typer(help="Keep cases and run them.")


def add_to(program: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    program.add_typer(app, name="case")


@app.callback()
def _cases() -> None:
    """Keep cases and run them."""


@app.command("run")
def run_case(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="A case file, or the reference of a kept case.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the tables; those of an earlier run go.")
    ],
    store: StoreOption = STORE,
    db: Db = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run a case, from its seeds to one list of leads.

    Finds and values the payments, traces payers back and proceeds forward. Writes
    payments.csv, leads.csv, proceeds.csv, summary.json and basis.json, all of them or none.
    """
    with Meter() as meter:
        found = workbench.Workbench(store, meter.steps).run_case(source_of(case, db), out)
    say_tags(found)
    write(case_answer(found), form)
    typer.echo(f"\nwritten to {found.out}: {', '.join(found.files)}", err=True)


def source_of(case: str, db: str | None) -> CaseSource:
    """A case file; where there is none of that name, a kept case."""
    path = Path(case)
    if path.suffix == ".toml" or path.is_file():
        return path
    with open_cases(db) as cases:
        return cases.case_for(case)


def say_tags(found: CaseRun) -> None:
    """Say on stderr what became of the tag rows."""
    if not found.tag_verdicts:
        return
    counts = ", ".join(f"{count} {verdict.value}" for verdict, count in found.tag_verdicts.items())
    typer.echo(f"tags: {counts}; {found.unseen_tags} tagged addresses are not on this chain", err=True)


def case_answer(found: CaseRun) -> Answer:
    """The summary of a case: its main figures, then outcomes and leads in tables."""
    summary = found.result.summary
    tables = [
        _by("leads by exchange", summary["by_exchange"], _LEADS),
        _by("leads by jurisdiction", summary["by_jurisdiction"], _LEADS),
        _outcomes("outcomes of payments", summary["payments"]["outcomes"]),
        *(
            _outcomes(f"outcomes of proceeds: {kind.replace('_', ' ')}", one["outcomes"])
            for kind, one in summary["proceeds"].items()
            if one["count"]
        ),
    ]
    for title, rows in (
        ("seeds that the chain does not hold", summary["seeds"]["missing"]),
        ("conflicting tags", [_conflict(one) for one in summary["conflicting_clusters"]]),
    ):
        if rows:
            tables.append(_by(title, rows))
    whole = _by("leads by exchange", summary["by_exchange"])
    return Answer(data=summary, facts=_facts(summary), tables=tables, csv=whole, basis=_basis(summary))


def _facts(summary: dict[str, Any]) -> Facts:
    payments, seeds = summary["payments"], summary["seeds"]
    return [
        ("case", summary["reference"]),
        ("legal basis", summary["legal_basis"]),
        ("seeds", f"{seeds['found']} of {seeds['given'] - seeds['repeated']} found on the chain"),
        (
            "clusters",
            ", ".join(f"{one['label']} ({one['scripts']:,} scripts)" for one in summary["clusters"]),
        ),
        *(("remark", remark) for remark in summary["remarks"]),
        ("payments", payments["count"]),
        ("payments_sat", int(payments["value_sat"])),
        *_fiat("payments", payments),
        *((f"not payments: {kind}", one["count"]) for kind, one in summary["not_payments"].items()),
        *(
            (f"leads: {key.removesuffix('_sat')}" + _unit(key), _number(key, value))
            for key, value in summary["leads"].items()
        ),
    ]


def _unit(key: str) -> str:
    return "_sat" if key.endswith("_sat") else ""


def _number(key: str, value: Any) -> object:
    return int(value) if key.endswith("_sat") else value


def _fiat(name: str, totals: dict[str, Any]) -> Facts:
    """The fiat totals of the case, each with its convention: without it a figure is no evidence."""
    facts: Facts = []
    for key in ("fiat_at_payment_time", "fiat_at_report_date"):
        if (one := totals.get(key)) is not None:
            left = f"; {one['without_rate']} without a rate" if one["without_rate"] else ""
            facts.append(
                (f"{name} in {one['currency']}", f"{_grouped(one['value'])} ({one['convention']}{left})")
            )
    return facts


def _grouped(money: str) -> str:
    """Money with separators; what has no rate has no value, not zero."""
    return f"{Decimal(money):,f}" if money else "no rate"


def _by(title: str, entries: list[dict[str, Any]], chosen: frozenset[str] | None = None) -> Table:
    """A table of entries with the same keys; all of these, or the chosen ones."""
    heads = [head for head in (entries[0] if entries else ()) if chosen is None or head in chosen]
    return Table(title, heads, [[_number(head, entry[head]) for head in heads] for entry in entries])


def _outcomes(title: str, tally: dict[str, dict[str, Any]]) -> Table:
    rows = [(name, one["count"], int(one["value_sat"])) for name, one in tally.items()]
    return Table(title, ("outcome", "count", "value_sat"), rows)


def _conflict(one: dict[str, Any]) -> dict[str, Any]:
    return {"cluster": one["label"], "parties": ", ".join(one["parties"]), "tags": len(one["tags"])}


def _basis(summary: dict[str, Any]) -> Facts:
    tip = summary["tip"]
    return [
        ("tip", f"block {tip['height']} of {summary['network']}"),
        ("tip hash", tip["hash"]),
        ("basis digest", summary["basis_digest"]),
        ("policies", tuple(summary["policies"])),
    ]
