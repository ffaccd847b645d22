"""`cointrail rules list` and `rules show`: every rule that a result can name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.render import Answer, table_of, write

if TYPE_CHECKING:
    from cointrail.workbench import RulePage

NARROW = ("id", "version", "kind", "tier", "measured_tier", "error", "gate", "dynamic", "summary")
WIDE = (*NARROW, "source", "wrong_when", "abstains_on", "needs")

app = typer.Typer(help="Read the rules that results name.")


def add_to(program: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    program.add_typer(app, name="rules")


@app.command("list")
def list_rules(form: FormatOption = Format.TABLE) -> None:
    """List every rule with its version, kind and tier.

    Also what the gate says when it fires, and with `--format csv` or `json` its source and failures.
    A detector makes no links, so it has no tier. The answer of a dynamic rule can change with later blocks.
    """
    cards = workbench.rule_cards()
    tables = [table_of(f"{len(cards)} rules", NARROW, cards)]
    write(Answer(data=cards, tables=tables, csv=table_of("rules", WIDE, cards)), form)


@app.command("show")
def show_rule(
    rule: Annotated[str, typer.Argument(metavar="ID", help="Id of the rule, as in `rules list`.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what a rule says, its source, how it fails, and examples."""
    write(_answer(workbench.rule_page(rule)), form)


def _answer(page: RulePage) -> Answer:
    facts: list[tuple[str, object]] = [
        ("rule", page.name),
        ("says", page.summary),
        ("more", page.about),
        ("kind", page.kind),
        ("tier", page.tier),
        ("wrong in", page.error if page.uncounted is None else page.uncounted),
        ("counted with", ", ".join(page.counted_with) or None),
        ("gate", page.gate),
        ("changes with later blocks", page.dynamic),
        ("source", page.source),
        ("wrong when", page.wrong_when),
        ("abstains on", page.abstains_on),
        ("needs", page.needs),
    ]
    for place, one in enumerate(page.examples, 1):
        said = f"{one.says}; this is wrong" if one.wrong else one.says
        facts += [(f"example {place}", one.text), ("- it says", said), ("- note", one.note)]
    return Answer(data=page, facts=facts, csv=table_of("rule", WIDE, [page]))
