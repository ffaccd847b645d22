"""Where a world goes: an empty folder, and the keys and block files that the machine allows."""

from __future__ import annotations

from pathlib import Path

from cointrail.errors import BadInput
from cointrail.simulate.blocks import BlockSink
from cointrail.simulate.dice import Dice
from cointrail.simulate.keys import Keys, RealKeys, StandInKeys
from cointrail.simulate.sinks import FileSink, KernelSink


def require_empty(out: Path) -> None:
    """See that `out` is a folder with nothing in it; make it when it is missing.

    Raises:
        BadInput: there is something in it.
    """
    if out.exists() and any(out.iterdir()):
        raise BadInput(f"`{out}` is not empty", hint="name a new folder", path=str(out))
    out.mkdir(parents=True, exist_ok=True)


def open_outputs(seed: str, out: Path, root: Dice, *, signed: bool | None) -> tuple[Keys, BlockSink]:
    """Keys and the writer of blocks for a world in `out`; `signed` None means where the libraries are there.

    Raises:
        BadInput: `signed` is asked for and a library is missing.
    """
    dice = root.child("xor")
    xor_key = bytes(dice.below(256) for _ in range(8))
    if signed is not False:
        try:
            return RealKeys(seed), KernelSink(out / "blocks", out / ".kernel", xor_key)
        except ImportError as missing:
            if signed:
                raise BadInput(
                    f"a signed world needs the library `{missing.name}`",
                    hint="install cointrail[simulate], or make an unsigned world",
                ) from missing
    return StandInKeys(seed), FileSink(out / "blocks", xor_key)
