"""The whole job on an invented world, and what came of it against what is true there."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cointrail
from cointrail.errors import BadInput
from cointrail.evaluate.demo import Comparison, compare, spent_in
from cointrail.evidence.signing import make_keys
from cointrail.simulate import simulate_world
from cointrail.simulate.world import VERSION
from cointrail.store import ingest as store_ingest
from cointrail.store.manifest import read_manifest
from cointrail.store.reader import open_snapshot
from cointrail.workbench.bench import CaseRun, Workbench
from cointrail.workbench.bundle_ask import BundleAsk
from cointrail.workbench.folders import require_folder
from cointrail.workbench.ledger_bench import Progress

STAGES = ("simulate", "ingest", "clusters", "case", "bundle", "compare")

_SAID = ("seed", "scale", "transactions", "note")
"""What a `world.json` must say beside its versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRun:
    """What the demo did.

    Attributes:
        world: what `world.json` says of the world.
        world_was_there: whether an earlier run had made it.
        comparison: found against true.
        seconds: by stage.
        case: the case that was run.
        public_key: checks the signature of its bundle; None: nothing to sign with is installed.
        out: holds `world`, `store`, `case` and `bundle`.
    """

    world: dict[str, Any]
    world_was_there: bool
    comparison: Comparison
    seconds: dict[str, float]
    case: CaseRun
    public_key: Path | None
    out: Path


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 3)


def run_demo(
    out: Path,
    seed: int,
    *,
    scale: float = 1.0,
    progress: Progress | None = None,
    blocks_progress: store_ingest.Progress | None = None,
) -> DemoRun:
    """Simulate a world (unless it is there), ingest it, run its case, pack it, compare with its truth.

    Args:
        out: gets `world`, `store`, `case` and `bundle`; those of another seed or version are replaced.
        seed: of the world.
        scale: 1 is the full world.
        progress: told the stage and how far it is.
        blocks_progress: the same of ingest.

    Raises:
        BadInput: `out` cannot be used.
    """
    require_folder(out)
    clock, world, store = _Clock(), out / "world", out / "store"
    with clock.stage("simulate"):
        there = _is_made(world, seed, scale)
        if not there:
            _make(out, seed, scale, progress)
    bench = Workbench(store, progress)
    with clock.stage("ingest"):
        bench.ingest(world / "blocks", progress=blocks_progress)
    with clock.stage("clusters"):
        bench.build_clusters()
    case, public_key = _run_and_pack(bench, out, clock)
    with clock.stage("compare"), open_snapshot(store) as snapshot:
        comparison = compare(world, out / "case", spent_in(snapshot))
    return DemoRun(
        world=_read(world),
        world_was_there=there,
        comparison=comparison,
        seconds=clock.seconds,
        case=case,
        public_key=public_key,
        out=out,
    )


def _run_and_pack(bench: Workbench, out: Path, clock: _Clock) -> tuple[CaseRun, Path | None]:
    """Run the case, and pack its bundle in the place of an earlier one, signed by a key of the demo's own."""
    bundle, secret, public = out / "bundle", out / "signer.key", out / "signer.pub"
    if bundle.exists() and not (bundle / "bagit.txt").is_file():
        raise BadInput(f"`{bundle}` is there and is no bundle", hint="name another folder with `--out`")
    shutil.rmtree(bundle, ignore_errors=True)
    signs = find_spec("minisign") is not None
    if signs and not secret.exists():
        make_keys(secret, public)
    began, written = time.perf_counter(), list[float]()
    ask = BundleAsk(
        key_file=secret if signs else None,
        case_out=out / "case",
        on_tables=lambda: written.append(time.perf_counter()),
    )
    case = bench.bundle_case(out / "world" / "case.toml", out / "world" / "blocks", bundle, ask)
    clock.seconds["case"] = round(written[0] - began, 3)
    clock.seconds["bundle"] = round(time.perf_counter() - written[0], 3)
    return case, public if signs else None


def _read(world: Path) -> dict[str, Any]:
    """What `world.json` says; nothing when there is none.

    Raises:
        BadInput: it is there, and is not what `simulate` writes: the folder may be somebody's.
    """
    path = world / "world.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise _no_world(path, "cannot be read") from error
    if not isinstance(said, dict) or not isinstance(said.get("versions"), dict):
        raise _no_world(path, "does not describe a simulated world")
    if missing := [name for name in _SAID if name not in said]:
        raise _no_world(path, f"does not describe a simulated world: `{missing[0]}` is missing")
    return said


def _no_world(path: Path, why: str) -> BadInput:
    return BadInput(f"`{path}` {why}", hint="remove the folder, or name another with `--out`", path=str(path))


def _is_made(world: Path, seed: int, scale: float) -> bool:
    """Whether this very world is there, made by this program."""
    said = _read(world)
    versions = said.get("versions", {})
    ours = (versions.get("world"), versions.get("cointrail")) == (VERSION, cointrail.__version__)
    return ours and (said["seed"], said["scale"]) == (seed, scale)


def _make(out: Path, seed: int, scale: float, progress: Progress | None) -> None:
    """Make the world beside its place, then put it there; what was built from another goes."""
    world, fresh, store = out / "world", out / ".world-in-the-making", out / "store"
    if world.exists() and not _read(world):
        raise BadInput(
            f"`{world}` is there and is no simulated world", hint="name another folder with `--out`"
        )
    before = read_manifest(store) if store.is_dir() else None
    if before is not None and before.network != "regtest":
        raise BadInput(
            f"`{store}` holds {before.network}, not a simulated world",
            hint="name another folder with `--out`",
        )
    told = None if progress is None else lambda done, total: progress("simulate", done, total)
    shutil.rmtree(fresh, ignore_errors=True)
    simulate_world(seed, fresh, scale=scale, progress=told)
    if before is not None:
        shutil.rmtree(store)
    if world.exists():
        shutil.rmtree(world)
    fresh.rename(world)
