"""Options that many commands take, written once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

STORE = Path("store")
PAGE = 25


class Format(StrEnum):
    """How a result is written to stdout."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class NetworkName(StrEnum):
    """The names of all networks, as `cointrail.chain.network` has them."""

    MAINNET = "mainnet"
    TESTNET3 = "testnet3"
    TESTNET4 = "testnet4"
    SIGNET = "signet"
    REGTEST = "regtest"


StoreOption = Annotated[
    Path, typer.Option("--store", envvar="COINTRAIL_STORE", help="Folder of the store.", metavar="DIR")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result is written to stdout.")]
BlocksOption = Annotated[
    Path, typer.Option("--blocks", help="Blocks directory of a Bitcoin Core node; only read.", metavar="DIR")
]
TagsOption = Annotated[
    list[Path],
    typer.Option("--tags", help="Tag file to lay over the clusters; may be repeated.", metavar="FILE"),
]
StartOption = Annotated[int, typer.Option("--start", min=0, help="How many items of the list to skip.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="How many items of the list to show.")]
NewestOption = Annotated[
    bool, typer.Option("--newest", help="Begin with the last item instead of the first.")
]
CaseFileOption = Annotated[
    Path | None, typer.Option("--case", metavar="CASE.toml", help="Under the judgements of this case.")
]
WithoutUndoOption = Annotated[
    bool,
    typer.Option(
        "--without-undo", help="Do without the rev files, and so without the second check of every input."
    ),
]
