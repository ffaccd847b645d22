"""`cointrail trace`: where value went, and where it came from."""

from __future__ import annotations

import typer

trace_app = typer.Typer(help="Follow value over outputs, forward or backward.")


def add_to(app: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    app.add_typer(trace_app, name="trace")


@trace_app.callback()
def _trace() -> None:
    """Follow value over outputs, forward or backward."""
