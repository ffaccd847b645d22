"""`cointrail ingest`, `status`, `doctor`: the store and the blocks it comes from."""

from __future__ import annotations

import resource
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.failures import FOUND
from cointrail.cli.options import (
    STORE,
    BlocksOption,
    Format,
    FormatOption,
    NetworkName,
    StoreOption,
    WithoutUndoOption,
)
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, write
from cointrail.workbench.json_values import plain

if TYPE_CHECKING:
    from cointrail.lookups.status import StoreStatus
    from cointrail.store.plan import IngestPlan
    from cointrail.workbench import IngestRun


def add_to(app: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    for command in (ingest, status, doctor):
        app.command()(command)


def ingest(
    blocks: BlocksOption,
    store: StoreOption = STORE,
    network: Annotated[
        NetworkName | None, typer.Option("--network", help="Refuse blocks of any other network.")
    ] = None,
    to: Annotated[
        int | None, typer.Option("--to", min=0, metavar="HEIGHT", help="Last block to take in.")
    ] = None,
    without_undo: WithoutUndoOption = False,
    rewind: Annotated[
        int | None,
        typer.Option("--rewind", min=0, metavar="HEIGHT", help="First give up the blocks above this height."),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory",
            metavar="SIZE",
            help="What it may take, like `4G`. A quarter of the machine's by default.",
        ),
    ] = None,
    threads: Annotated[int, typer.Option("--threads", min=1, help="Threads that decode.")] = 2,
    form: FormatOption = Format.TABLE,
) -> None:
    """Bring the store up to the tip of a node's blocks directory.

    Goes on where it was when it was stopped. With nothing new it does nothing. It only adds: a
    height below the store's tip takes `--rewind`.
    """
    size = workbench.parse_size(memory) if memory else None
    with Meter() as meter:
        run = workbench.Workbench(store, meter.steps).ingest(
            blocks,
            network=network.value if network else None,
            to=to,
            rewind_to=rewind,
            undo=not without_undo,
            memory=size,
            threads=threads,
            progress=meter.blocks,
            announce=_announce,
        )
    for note in run.report.notes:
        typer.echo(f"note: {note}", err=True)
    if run.given_up_blocks:
        typer.echo(f"gave up {run.given_up_blocks} blocks, then read on", err=True)
    if not run.report.new_blocks and not run.report.replaced_blocks:
        typer.echo(_nothing_new(run, to), err=True)
    write(_ingest_answer(run, meter.seconds), form)


WORTH_SAYING = 1 << 30
"""Bytes of blocks from which on it is said what an ingest will take."""


def _announce(plan: IngestPlan) -> None:
    """Say what a long ingest will take, and where the disk may be too small."""
    needed = plan.disk + plan.spare
    if plan.block_bytes >= WORTH_SAYING or needed > plan.free:
        typer.echo(
            f"{_gb(plan.block_bytes)} of blocks to read: about {_gb(plan.disk)} of disk for the store and "
            f"{_gb(plan.spare)} more for a time, at most {_gb(plan.memory)} of memory; "
            f"{_gb(plan.free)} of disk are free",
            err=True,
        )
    if needed > plan.free:
        typer.echo(
            "warning: the disk is likely to be too small; what is committed will not be lost", err=True
        )


def _gb(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"


def _nothing_new(run: IngestRun, to: int | None) -> str:
    """Why nothing was read."""
    height = run.report.manifest.height
    if run.source_height < height:
        return (
            f"nothing new: the blocks directory ends at height {run.source_height}, "
            f"below the store's {height}"
        )
    if to is not None:
        return f"nothing new: the store is at height {height} as asked"
    return "nothing new: the store is at the tip of the blocks directory"


def _ingest_answer(run: IngestRun, seconds: float) -> Answer:
    report, manifest = run.report, run.report.manifest
    facts: list[tuple[str, object]] = [
        ("network", manifest.network),
        ("tip height", manifest.height),
        ("tip hash", manifest.tip),
        ("given up blocks", run.given_up_blocks),
        ("new blocks", report.new_blocks),
        ("replaced blocks", report.replaced_blocks),
        ("read transactions", report.txs),
        ("read bytes", report.block_bytes),
        ("seconds", f"{seconds:.1f}"),
        ("peak memory bytes", _peak_memory()),
        ("undo checked", manifest.undo_checked),
        ("store digest", manifest.digest),
    ]
    data = {
        "network": manifest.network,
        "tip_height": manifest.height,
        "tip_hash": manifest.tip,
        "store_digest": manifest.digest,
        "given_up_blocks": run.given_up_blocks,
        "new_blocks": report.new_blocks,
        "replaced_blocks": report.replaced_blocks,
        "transactions_read": report.txs,
        "bytes_read": report.block_bytes,
        "seconds": round(seconds, 3),
        "peak_memory_bytes": _peak_memory(),
        "undo_checked": manifest.undo_checked,
        "notes": list(report.notes),
    }
    return Answer(data=data, facts=facts)


def _peak_memory() -> int:
    """Bytes that this process has held at once, at most."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def status(store: StoreOption = STORE, form: FormatOption = Format.TABLE) -> None:
    """Say what the store holds, and up to which block."""
    found = workbench.LedgerBench(store).status()
    write(Answer(data=found, facts=_status_facts(found)), form)


def _status_facts(found: StoreStatus) -> list[tuple[str, object]]:
    return [
        ("store", str(found.path)),
        ("network", found.basis.network),
        ("tip height", found.tip.height),
        ("tip hash", found.tip.hash),
        ("tip time", found.tip.time_utc),
        ("blocks", found.blocks),
        ("settled blocks", found.settled_blocks),
        ("transactions", found.transactions),
        ("inputs", found.inputs),
        ("outputs", found.outputs),
        ("scripts", found.scripts),
        ("undo checked", found.undo_checked),
        ("notes", found.notes),
        ("disk bytes", found.disk.total),
        ("of it derived", found.disk.derived),
        ("store digest", found.basis.store_digest),
    ]


def doctor(
    blocks: BlocksOption,
    store: StoreOption = STORE,
    without_undo: WithoutUndoOption = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compare the store with the blocks it was built from.

    Looks at every row, every input and every index. Exit code 1 when something differs.
    """
    with Meter() as meter:
        report = workbench.Workbench(store).doctor(blocks, undo=not without_undo, progress=meter.blocks)
    facts: list[tuple[str, object]] = [
        ("blocks", report.blocks),
        ("transactions", report.txs),
        ("inputs", report.inputs),
        ("inputs compared with undo data", report.inputs_with_undo),
        ("store digest", report.digest),
        ("findings", len(report.findings)),
    ]
    rows = [(finding,) for finding in report.findings]
    answer = Answer(data=plain(report), facts=facts, tables=[Table("findings", ("finding",), rows)])
    write(answer, form)
    if report.findings:
        raise typer.Exit(FOUND)
