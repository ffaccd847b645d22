"""`cointrail serve`: the API and the page, on this machine."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.case_leads import ContactsOption
from cointrail.cli.case_options import Db, Who
from cointrail.cli.options import STORE, Format, FormatOption, StoreOption, TagsOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, write
from cointrail.workbench.memory_bound import three_quarters

if TYPE_CHECKING:
    from cointrail.api.serve import Ready

PORT = 8350


def add_to(app: typer.Typer) -> None:
    """Put the command of this module under the program."""
    app.command("serve")(serve)


def serve(
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    case: Annotated[
        list[Path],
        typer.Option("--case", metavar="DIR", help="Output folder of a case run; may be repeated."),
    ] = [],  # noqa: B006 -- typer copies it
    db: Db = None,
    work: Annotated[
        Path | None,
        typer.Option(
            "--work",
            metavar="DIR",
            help="Folder for what jobs make. Without it `work` beside the user's own case database.",
        ),
    ] = None,
    blocks: Annotated[
        Path | None,
        typer.Option(
            "--blocks", metavar="DIR", help="Blocks directory of the store, for bundles; only read."
        ),
    ] = None,
    prices: Annotated[
        list[Path],
        typer.Option(
            "--prices", metavar="FILE", help="Price table for cases that name none; may be repeated."
        ),
    ] = [],  # noqa: B006 -- typer copies it
    contacts: ContactsOption = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key", metavar="FILE", help="A secret key of minisign's without a password, to sign bundles."
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory",
            metavar="SIZE",
            help="Memory that a job may take, and all requests together as much, as in 4G; without it three "
            "quarters of the machine's.",
        ),
    ] = None,
    who: Who = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="Where to listen; 0 takes any free port.")
    ] = PORT,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show cases and the chain in the browser, on this machine alone.

    Prints an address that opens it; whoever has that address can read all that is served. The same
    answers come as JSON. Stops with Ctrl-C. When the store grows, answers move on to its new state as
    soon as its clusters are built.

    Long work is done by a second process, one job at a time; `--tags` and `--prices` are also for runs of
    cases that name none.
    """
    serving = workbench.load("cointrail.api.serve")
    with Meter() as meter:
        bench = workbench.OpenBench(store, tags=tags, progress=meter.steps)
    shop = workbench.load("cointrail.jobs.shop").Shop(
        store=store.resolve(),
        work=(work or serving.default_work()).resolve(),
        place=db,
        who=workbench.who_works(who),
        blocks=_full(blocks),
        key=_full(key),
        contacts=_full(contacts),
        tags=tuple(path.resolve() for path in tags),
        prices=tuple(path.resolve() for path in prices),
        memory=workbench.parse_size(memory) if memory else three_quarters(),
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serving.serve(bench, shop, cases=case, port=port, say=lambda ready: _say(ready, form))


def _full(path: Path | None) -> Path | None:
    return None if path is None else path.resolve()


def _say(ready: Ready, form: Format) -> None:
    facts = [
        ("open", ready.url),
        ("API", f"http://127.0.0.1:{ready.port}/api/v1/openapi.json"),
        ("token in", str(ready.token_file)),
    ]
    write(Answer(data=ready, facts=facts), form)
    typer.echo("stop with Ctrl-C", err=True)
