"""`cointrail serve`: the API and the page, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.options import STORE, StoreOption, TagsOption
from cointrail.cli.progress import Meter

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
) -> None:
    """Serve the workbench in the browser, and its API, on this machine alone.

    Prints an address that opens it; whoever has that address can read all that is served. Stops with
    Ctrl-C. When the store grows, answers move on to its new state as soon as its clusters are built.
    """
    serving = workbench.load("cointrail.api.serve")
    with Meter() as meter:
        bench = workbench.OpenBench(store, tags=tags, progress=meter.steps)
    serving.serve(bench, cases=case, port=port, say=_say)


def _say(ready: Ready) -> None:
    typer.echo(f"open      {ready.url}")
    typer.echo(f"API       http://127.0.0.1:{ready.port}/api/v1/openapi.json")
    typer.echo(f"token in  {ready.token_file}")
    typer.echo("stop with Ctrl-C", err=True)
