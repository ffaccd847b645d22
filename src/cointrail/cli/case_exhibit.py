"""`cointrail case exhibit add`, `list`, `show`, `verify`: answers that anyone can get again."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cointrail import workbench
from cointrail.cli.case import app
from cointrail.cli.case_options import CaseArgument, Db, Who, open_cases
from cointrail.cli.failures import FOUND
from cointrail.cli.options import STORE, Format, FormatOption, StoreOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, write

exhibit_app = typer.Typer(help="Exhibits of a case: answers that anyone can get again.")

_HEADS = ("number", "title", "by", "utc", "tip_height", "size", "result")


def add_to(program: typer.Typer) -> None:  # noqa: ARG001 -- they stand under `case`
    """Put the commands of this module under `cointrail case`."""
    app.add_typer(exhibit_app, name="exhibit")


@exhibit_app.callback()
def _exhibit() -> None:
    """Exhibits of a case: answers that anyone can get again."""


@exhibit_app.command("add")
def add(
    context: typer.Context,
    case: CaseArgument,
    command: Annotated[
        list[str],
        typer.Argument(
            metavar="COMMAND...",
            help="What to ask, after `--`, without `--store`: `-- trace forward TXID:0 --policy fifo`. "
            "`-- case run` runs the case itself, `-- case lead FROM TO` shows one lead of it.",
        ),
    ],
    title: Annotated[str, typer.Option("--title", help="What it shows; without it the command.")] = "",
    judged: Annotated[
        bool | None,
        typer.Option(
            "--judged/--by-rules-alone",
            help="Ask about clusters under the judgements on the case, or without. Unless it is said, "
            "`explain` goes by them, and `cluster show` and `cluster tiers` do not.",
        ),
    ] = None,
    store: StoreOption = STORE,
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Ask the store something and put the answer on the case.

    With the question and the basis of the answer, so that anyone can ask again.

    Commands: address, tx and cluster with their look-ups, explain, trace, coinjoin analyse, sql, and what the
    case itself says: case run, case payment OUTPUT, case outflow OUTPUT, case lead FROM TO (a payment and a
    withdrawal, or an outflow and a deposit). A list comes whole unless `--limit` is given.
    """
    name, options = _read_command(context.find_root().command, command)
    if judged is not None:
        if name not in workbench.JUDGED:
            raise typer.BadParameter(
                f"`{name}` knows no judgements, so leave `--judged`, `--by-rules-alone` away"
            )
        options["judged"] = judged
    with Meter() as meter, open_cases(db, who) as cases:
        bench = workbench.Workbench(store, meter.steps)
        found = cases.take_exhibit(case, bench, name, options, title=title)
    write(_one(workbench.record_values(found)), form)


def _read_command(found: Any, words: list[str]) -> tuple[str, dict[str, Any]]:
    """The command that words name, and its options by name; a `limit` that nobody gave is left out."""
    asked = workbench.OF_THE_CASE.get(" ".join(words[:2]))
    if asked is not None:
        if len(words[2:]) != len(asked):
            takes = f"takes {len(asked)} of its outputs" if asked else "takes no more: leave the rest away"
            raise typer.BadParameter(f"`{' '.join(words[:2])}` runs the case itself, and {takes}")
        return " ".join(words[:2]), dict(zip(asked, words[2:], strict=True))
    names: list[str] = []
    rest = list(words)
    while rest and rest[0] in getattr(found, "commands", {}):
        names.append(rest.pop(0))
        found = found.commands[names[-1]]
    if hasattr(found, "commands"):
        raise typer.BadParameter(f"`{' '.join(words)[:80]}` is no command that looks something up")
    context = found.make_context(" ".join(names), rest)
    given = {name for name in context.params if context.get_parameter_source(name).name == "COMMANDLINE"}
    if given & {"store", "form"}:
        raise typer.BadParameter("`--store` and `--format` go before `--`")
    options = {name: value for name, value in context.params.items() if name not in {"store", "form"}}
    if "limit" not in given:
        options.pop("limit", None)
    return " ".join(names), options


def _one(values: dict[str, Any]) -> Answer:
    request, basis = values["request"], values["basis"]
    facts = [(name, values[name]) for name in ("number", "title", "by", "utc", "entry", "size", "result")]
    facts += [("command", request["command"]), ("options", request["options"]), ("files", request["files"])]
    shown = [(name, basis[name]) for name in sorted(basis.keys() - {"rules", "settings"})]
    return Answer(data=values, facts=facts, basis=[*shown, ("rules", len(basis["rules"]))])


@exhibit_app.command("list")
def list_exhibits(case: CaseArgument, db: Db = None, form: FormatOption = Format.TABLE) -> None:
    """List the exhibits of a case."""
    with open_cases(db) as cases:
        values = [workbench.record_values(one) for one in cases.case(case).exhibits]
    rows = [[one.get(head, one["basis"].get(head)) for head in _HEADS] for one in values]
    write(Answer(data=values, tables=[Table("exhibits", _HEADS, rows)]), form)


@exhibit_app.command("show")
def show(
    case: CaseArgument,
    number: Annotated[int, typer.Argument(min=1, help="Number of the exhibit.")],
    answer: Annotated[
        bool, typer.Option("--answer", help="Write the answer itself to stdout, to the byte.")
    ] = False,
    db: Db = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what was asked for an exhibit, and on what basis."""
    with open_cases(db) as cases:
        found = cases.exhibit(case, number)
        if answer:
            typer.echo(cases.result(case, str(found.result)), nl=False)
            return
    write(_one(workbench.record_values(found)), form)


@exhibit_app.command("verify")
def verify(
    case: CaseArgument,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="[NUMBER]...", min=1, help="Exhibits; without any, all.")
    ] = None,
    store: StoreOption = STORE,
    db: Db = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Ask the questions of exhibits again and compare to the byte.

    They are asked of the chain as it was, though the store has grown since. An exhibit that cannot be asked
    again is `not_comparable`, which is no pass: exit code 1 unless each is `same`.
    """
    with Meter() as meter, open_cases(db) as cases:
        verdicts = cases.verify_exhibits(case, store, numbers or (), progress=meter.steps)
    heads = ("number", "title", "outcome", "height", "says")
    rows = [[getattr(one, head) for head in heads] for one in verdicts]
    write(Answer(data=verdicts, tables=[Table("exhibits", heads, rows)]), form)
    if any(one.outcome.value != "same" for one in verdicts):
        raise typer.Exit(FOUND)
