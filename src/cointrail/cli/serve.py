"""`cointrail serve`: the API and the page, on this machine."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.options import STORE, Format, FormatOption, StoreOption, TagsOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, write

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
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="Where to listen; 0 takes any free port.")
    ] = PORT,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show cases and the chain in the browser, on this machine alone.

    Prints an address that opens it; whoever has that address can read all that is served. The same
    answers come as JSON. Stops with Ctrl-C. When the store grows, answers move on to its new state as
    soon as its clusters are built.
    """
    serving = workbench.load("cointrail.api.serve")
    with Meter() as meter:
        bench = workbench.OpenBench(store, tags=tags, progress=meter.steps)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serving.serve(bench, cases=case, port=port, say=lambda ready: _say(ready, form))


def _say(ready: Ready, form: Format) -> None:
    facts = [
        ("open", ready.url),
        ("API", f"http://127.0.0.1:{ready.port}/api/v1/openapi.json"),
        ("token in", str(ready.token_file)),
    ]
    write(Answer(data=ready, facts=facts), form)
    typer.echo("stop with Ctrl-C", err=True)
