"""`cointrail case new`, `list`, `show`, `note` and the rest: cases that are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cointrail import workbench
from cointrail.cli.case import app
from cointrail.cli.case_options import CaseArgument, Db, Encrypt, Who, open_cases, read_day, tell_added
from cointrail.cli.options import Format, FormatOption, NetworkName
from cointrail.cli.render import Answer, Table, write

NetworkOption = Annotated[NetworkName, typer.Option("--network", help="The network that the case is about.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason.")]


def add_to(program: typer.Typer) -> None:  # noqa: ARG001 -- they stand under `case`
    """Put the commands of this module under `cointrail case`."""
    named: dict[str, Callable[..., None]] = {"list": list_cases, "import": import_case}
    for command in _COMMANDS:
        named[command.__name__] = command
    for name, command in named.items():
        app.command(name)(command)


def new(
    reference: Annotated[str, typer.Argument(help="The authority's own number of the case.")],
    legal_basis: Annotated[
        str, typer.Option("--legal-basis", metavar="TEXT", help="The law or order that allows the look-up.")
    ],
    opened: Annotated[
        str | None, typer.Option("--opened", metavar="DAY", help="When the case was opened.")
    ] = None,
    network: NetworkOption = NetworkName.MAINNET,
    db: Db = None,
    who: Who = None,
    encrypt: Encrypt = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Open a case in the case database."""
    with open_cases(db, who, encrypt=encrypt) as cases:
        day = read_day(opened) if opened else None
        tell_added(cases.new(reference, legal_basis, opened=day, network=network.value), form)


def import_case(
    file: Annotated[Path, typer.Argument(metavar="CASE.toml", help="A case file.")],
    network: NetworkOption = NetworkName.MAINNET,
    db: Db = None,
    who: Who = None,
    encrypt: Encrypt = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take a case file into the case database.

    Opens its case, or puts on it what the file says and the case does not: seeds, how it is to be run,
    judgements. Nothing that is on the case goes.
    """
    with open_cases(db, who, encrypt=encrypt) as cases:
        found = cases.take_file(file, network=network.value)
    tell_added(found.case, form)
    typer.echo(f"{found.entries} entries were made", err=True)


def list_cases(db: Db = None, form: FormatOption = Format.TABLE) -> None:
    """List the cases of the case database."""
    with open_cases(db) as cases:
        rows = [(one.reference, one.head.seq, str(one.head), one.id) for one in cases.names()]
        heads = ("reference", "entries", "head", "id")
        place = str(cases.place)
    data = {"database": place, "cases": [dict(zip(heads, row, strict=True)) for row in rows]}
    facts: list[tuple[str, object]] = [("database", place)]
    write(Answer(data=data, facts=facts, tables=[Table("cases", heads, rows)]), form)


def show(case: CaseArgument, db: Db = None, form: FormatOption = Format.TABLE) -> None:
    """Show a case as it stands: what its journal adds up to."""
    with open_cases(db) as cases:
        values = workbench.case_values(cases.case(case))
    write(_case_answer(values), form)


_SHOWN = {
    "notes": ("number", "utc", "by", "text"),
    "judgements": ("id", "kind", "who", "when", "why"),
    "documents": ("number", "name", "sha256", "size", "note"),
    "drawings": ("number", "name", "size", "utc", "result"),
    "deadlines": ("number", "due", "title", "met_utc"),
    "requests": ("number", "exchange", "jurisdiction", "kind", "state"),
    "exhibits": ("number", "title", "by", "utc", "result"),
    "findings": ("number", "kind", "text", "exhibits"),
    "outputs": ("number", "kind", "name", "utc", "result"),
}
"""Columns of each list that fit a screen; JSON has the rest."""


def _case_answer(values: dict[str, Any]) -> Answer:
    names = ("reference", "legal_basis", "opened", "network", "id", "entries", "head", "undone")
    facts = [(name, values[name]) for name in names]
    seeds = Table("seeds", ("kind", "text"), [(one["kind"], one["text"]) for one in values["seeds"]])
    tables = [
        Table(name, heads, [[one[head] for head in heads] for one in values[name]])
        for name, heads in _SHOWN.items()
        if values[name]
    ]
    return Answer(data=values, facts=facts, tables=[seeds, *tables])


def seed(
    case: CaseArgument,
    seeds: Annotated[list[str], typer.Argument(help="Addresses, or outputs as `txid:vout`.")],
    why: WhyOption = "",
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Add addresses or outputs that belong to whom the case is about."""
    with open_cases(db, who) as cases:
        tell_added(cases.seed(case, seeds, why), form)


def note(
    case: CaseArgument,
    text: Annotated[str, typer.Argument(help="What is worth knowing.")],
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Note something on a case."""
    with open_cases(db, who) as cases:
        tell_added(cases.note(case, text), form)


def judge(
    case: CaseArgument,
    kind: Annotated[
        str, typer.Argument(help="same_hand or apart (two addresses), no_link (a transaction), withdraw.")
    ],
    about: Annotated[
        list[str], typer.Argument(help="Two addresses, a transaction id, or the id of a judgement.")
    ],
    why: WhyOption,
    name: Annotated[
        str | None, typer.Option("--id", help="Names the judgement; without it the next number.")
    ] = None,
    when: Annotated[str | None, typer.Option("--when", metavar="DAY", help="When it was decided.")] = None,
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Decide something about clusters, for this case alone."""
    with open_cases(db, who) as cases:
        day = read_day(when) if when else None
        tell_added(cases.judge(case, kind, about, why=why, name=name, when=day), form)


def document(
    case: CaseArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The document; it is only read.")],
    text: Annotated[str, typer.Option("--note", help="What it is.")] = "",
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put a document on a case by its hash; the file stays put."""
    with open_cases(db, who) as cases:
        tell_added(cases.document(case, file, text), form)


def deadline(
    case: CaseArgument,
    due: Annotated[
        str | None, typer.Argument(metavar="DAY", help="By when, as in 2024-05-31; not with `--done`.")
    ] = None,
    title: Annotated[str | None, typer.Argument(help="What is due; not with `--done`.")] = None,
    request: Annotated[
        int | None, typer.Option("--request", min=1, help="Number of the request that it belongs to.")
    ] = None,
    done: Annotated[
        int | None, typer.Option("--done", min=1, help="Instead: this deadline is done with.")
    ] = None,
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Set a deadline, or say that one is done with."""
    if (done is None) != (due is not None and title is not None) or (done and (due or request)):
        raise typer.BadParameter("give a day and what is due, or `--done NUMBER`")
    with open_cases(db, who) as cases:
        if done is not None:
            tell_added(cases.met(case, done), form)
        else:
            tell_added(cases.deadline(case, str(title), read_day(str(due)), request=request), form)


def finding(
    case: CaseArgument,
    kind: Annotated[str, typer.Argument(help="What it rests on: fact, inference or attribution.")],
    text: Annotated[str, typer.Argument(help="The finding, in a sentence.")],
    exhibit: Annotated[
        list[int], typer.Option("--exhibit", min=1, help="Number of an exhibit; may be repeated.")
    ],
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """State a finding that rests on exhibits."""
    with open_cases(db, who) as cases:
        tell_added(cases.finding(case, text, kind, exhibit), form)


def undo(
    case: CaseArgument,
    entry: Annotated[int, typer.Argument(min=2, help="Number of the entry, as `case journal show` has it.")],
    why: WhyOption,
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Let an entry no longer count.

    It stays in the journal, and undoing the undo brings it back.
    """
    with open_cases(db, who) as cases:
        tell_added(cases.undo(case, entry, why), form)


def export(
    case: CaseArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder.")],
    db: Db = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write a case into a folder, with its journal.

    The case file, the journal with its head, and the exhibits with their answers. What exchanges answered
    is private and stays in the case database.
    """
    with open_cases(db) as cases:
        names = cases.export(case, out)
    facts: list[tuple[str, object]] = [("folder", str(out)), ("files", len(names))]
    write(Answer(data={"folder": str(out), "files": names}, facts=facts), form)


def backup(
    to: Annotated[Path, typer.Option("--to", metavar="FILE.age", help="A new file.")],
    recipient: Annotated[
        list[str], typer.Option("--recipient", metavar="age1...", help="Who can read it; may be repeated.")
    ],
    db: Db = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write every case into a file that age encrypts.

    Private answers of exchanges and drafts of drawings are in it too. Needs the extra `protect`.
    """
    with open_cases(db) as cases:
        packed = cases.backup(to, recipient)
    facts: list[tuple[str, object]] = [("file", str(to)), ("cases", packed.cases), ("drafts", packed.drafts)]
    write(Answer(data=dict(facts), facts=facts), form)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE.age", help="A backup.")],
    identity: Annotated[
        Path, typer.Option("--identity", metavar="FILE", help="The key that `age-keygen` made.")
    ],
    db: Db = None,
    encrypt: Encrypt = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put the cases of a backup into the case database.

    All are checked first. A case that is there in another state, or a draft of a drawing, stops it: nothing
    is put in then.
    """
    with open_cases(db, encrypt=encrypt) as cases:
        found = cases.restore(file, identity)
    facts: list[tuple[str, object]] = [
        ("restored", found.new),
        ("there already", found.there),
        ("drafts restored", found.drafts),
    ]
    data = {"restored": found.new, "there_already": found.there, "drafts_restored": found.drafts}
    write(Answer(data=data, facts=facts), form)


_COMMANDS = (
    new,
    show,
    seed,
    note,
    judge,
    document,
    deadline,
    finding,
    undo,
    export,
    backup,
    restore,
)
