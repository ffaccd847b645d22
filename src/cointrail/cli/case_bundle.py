"""`cointrail case bundle` and `case receipt`: evidence that a stranger can check."""

from __future__ import annotations

from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from cointrail import workbench
from cointrail.cli import case
from cointrail.cli.case_options import Db, asking
from cointrail.cli.options import STORE, BlocksOption, Format, FormatOption, StoreOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, write
from cointrail.errors import BadInput


def add_to(program: typer.Typer) -> None:
    """Put the commands of this module beside `case run`."""
    del program
    case.app.command("bundle")(bundle)
    case.app.command("receipt")(receipt)


def bundle(
    name: Annotated[
        str, typer.Argument(metavar="CASE", help="The case file, or the reference of a kept case.")
    ],
    blocks: BlocksOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for the bundle.")],
    store: StoreOption = STORE,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="Sign with this secret key of minisign's."),
    ] = None,
    reader: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="NAME",
            help="An exchange, as the leads name it: pack only what it needs. `defence`: everything.",
        ),
    ] = None,
    salt: Annotated[
        Path | None,
        typer.Option(
            "--salt",
            metavar="FILE",
            help="The case's secret number, made if there is none: digests of what is withheld need it.",
        ),
    ] = None,
    journal: Annotated[
        str | None,
        typer.Option(
            "--journal",
            metavar="CASE",
            help="Put in the journal and the exhibits of this kept case; a kept CASE has its own put in.",
        ),
    ] = None,
    db: Db = None,
    private: Annotated[
        bool,
        typer.Option("--private", help="Show also notes, deadlines and requests of the journal."),
    ] = False,
    ask_time: Annotated[
        bool,
        typer.Option("--timestamp-request", help="Write a request for a timestamp (RFC 3161) beside it."),
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run a case and pack its evidence for strangers to check.

    The bundle holds the report, the tables, every transaction that they name with a proof that it is in a
    block, all block headers, the rates and tags used, the rules, and a program that checks all of it and
    needs nothing but Python. If a signature or a check of the bundle fails, no bundle is left behind.
    """
    source = case.source_of(name, db)
    kept = journal or (None if isinstance(source, Path) else name)
    ask = workbench.BundleAsk(
        key_file=key,
        ask_password=lambda: getpass("password of the key: "),
        reader=reader,
        salt_file=salt,
        journal={} if kept is None else workbench.journal_files(kept, db, private=private, ask=asking()),
        ask_time=ask_time,
    )
    with Meter() as meter:
        found = workbench.Workbench(store, meter.steps).bundle_case(source, blocks, out, ask)
    case.say_tags(found)
    write(case.case_answer(found), form)
    typer.echo(f"\nbundle: {found.out}; check it with `python3 {found.out / 'data/verify.py'}`", err=True)


def receipt(
    folder: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle's folder.")],
    timestamp: Annotated[
        Path | None,
        typer.Option("--timestamp", metavar="FILE", help="What a timestamp authority answered (RFC 3161)."),
    ] = None,
    roots: Annotated[
        Path | None,
        typer.Option("--roots", metavar="FILE", help="Certificates of authorities that you trust, PEM."),
    ] = None,
    ots: Annotated[
        Path | None, typer.Option("--ots", metavar="FILE", help="A proof of OpenTimestamps.")
    ] = None,
    pdf_key: Annotated[
        Path | None,
        typer.Option(
            "--sign-report", metavar="FILE", help="Sign a copy of the report (PAdES) with this PKCS #12 key."
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put receipts of others beside a bundle.

    Each is compared with the bundle first. Nothing is sent: take the request or the digest to the authority
    yourself. The files of the bundle stay as they are.
    """
    if timestamp is None and ots is None and pdf_key is None:
        raise BadInput("no receipt is given", hint="name one with --timestamp, --ots or --sign-report")
    put = []
    if timestamp is not None:
        put.append(workbench.attach_timestamp(folder, timestamp, roots))
    if ots is not None:
        put.append(workbench.attach_ots(folder, ots))
    if pdf_key is not None:
        put.append(workbench.sign_report(folder, pdf_key, lambda: getpass("password of the key: ")))
    rows = [(one.name, one.says) for one in put]
    write(Answer(data=put, tables=[Table("receipts", ("file", "says"), rows)]), form)
