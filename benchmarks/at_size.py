"""Everything that is measured at each size: ingest beside the disk's cold read, disk, memory, queries."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from chain import ChainInfo, cached_chain
from commands import cold_ingest, first_answer, ours, status
from disk import cached_share, files_below, forget, read_through, taken
from machine import load
from measure import GB, MB, Run, Spread, alternate, say

PAGE_ROWS = 50
FIRST_ANSWERS = 5


@dataclass(frozen=True)
class Effort:
    """How much is asked of a run of the benchmark."""

    repeat: int
    """runs of everything that is compared"""
    queries: int
    """random addresses"""
    page_seconds: float
    """for each kind of page"""
    seed: int


@dataclass(frozen=True)
class AtSize:
    """The figures of one size. Rates of the ingest are bytes of blocks a second."""

    chain: ChainInfo
    load_before: float
    ingest_seconds: Spread
    ingest_cpu_seconds: Spread
    ingest_peak_bytes: int
    ingest_own_peak_bytes: int
    ingest_rate: Spread
    cold_read_rate: Spread
    """bytes a second of the blk and rev files together"""
    cold_read_seconds: Spread
    still_cached: float | None
    """share of the blocks that was in the page cache after it was emptied; None where nobody can tell"""
    store_bytes: int
    """without what is derived from it"""
    store_digest: str
    rows: dict[str, int]
    clusters_seconds: float
    clusters_peak_bytes: int
    derived_bytes: int
    subjects: dict[str, Any]
    pages: dict[str, Any]
    first_answer_seconds: Spread
    rules_pass: dict[str, Any]
    """every detector and static change rule about every transaction"""
    traces: dict[str, Any]
    """traces of 100,000 outputs"""
    rows_read: dict[str, Any]
    """500,000 rows of a table as analysts read them"""

    @property
    def said(self) -> dict[str, Any]:
        """What the results say of it."""
        short = {key: value for key, value in self.subjects.items() if key != "random"}
        return asdict(replace(self, subjects=short))


Jobs = dict[str, Callable[[], Run]]


def measure_at(
    work: Path, size: int, effort: Effort, peers: Callable[[Path], Jobs] | None = None
) -> tuple[AtSize, dict[str, list[Run]]]:
    """Measure one size.

    Args:
        work: chain and store go there; the store is left for more.
        size: bytes of blocks.
        effort: how much to ask.
        peers: given the blocks, what else to run in turn with the ingest.

    Returns:
        The figures, and the runs of the peers.
    """
    blocks, store = work / f"blocks-{size // MB}", work / f"store-{size // MB}"
    say(f"{size / GB:g} GB: making blocks")
    chain = cached_chain(blocks, size, effort.seed)
    busy, files = load(), files_below(blocks)
    forget(files)
    left = cached_share(files)
    jobs: dict[str, Callable[[], Any]] = {
        "read": lambda: _read_cold(files),
        "ingest": cold_ingest(blocks, store),
        **(peers(blocks) if peers else {}),
    }
    say(f"{size / GB:g} GB: {', '.join(jobs)}, {effort.repeat} times in turn")
    runs = alternate(jobs, effort.repeat)
    reads = Spread.of(runs.pop("read"))
    ingests: list[Run] = runs.pop("ingest")
    _require_one_digest(ingests)
    seconds = Spread.of([run.seconds for run in ingests])
    figures = AtSize(
        chain=chain,
        load_before=busy,
        ingest_seconds=seconds,
        ingest_cpu_seconds=Spread.of([run.cpu_seconds for run in ingests]),
        ingest_peak_bytes=max(run.peak_bytes for run in ingests),
        ingest_own_peak_bytes=max(run.own_peak_bytes for run in ingests),
        ingest_rate=seconds.under(chain.block_bytes),
        cold_read_rate=reads.under(sum(path.stat().st_size for path in files)),
        cold_read_seconds=reads,
        still_cached=left,
        store_bytes=taken(files_below(store)),
        store_digest=ingests[0].answer["store_digest"],
        rows=_rows(store),
        **_ask_pages(work, store, effort, f"{size / GB:g} GB"),
    )
    return figures, runs


def _read_cold(files: list[Path]) -> float:
    """Seconds of reading files that are out of the page cache, from end to end."""
    forget(files)
    return read_through(files)


def _require_one_digest(ingests: list[Run]) -> None:
    digests = {run.answer["store_digest"] for run in ingests}
    if len(digests) != 1:
        raise SystemExit(f"the same blocks gave different stores: {sorted(digests)}")


def _rows(store: Path) -> dict[str, int]:
    """How many of everything the store holds."""
    answer = status(store).answer
    return {name: answer[name] for name in ("blocks", "transactions", "inputs", "outputs", "scripts")}


def _ask_pages(work: Path, store: Path, effort: Effort, name: str) -> dict[str, Any]:
    """Build the clusters, then look things up."""
    say(f"{name}: clusters, pages, rules, traces, rows")
    before = taken(files_below(store))
    clusters = ours("build_clusters.py", store)
    subjects = ours("subjects.py", store, "--count", effort.queries, "--seed", effort.seed).answer
    chosen = work / "subjects.json"
    chosen.write_text(json.dumps(subjects))
    pages = ours("pages.py", store, chosen, "--limit", PAGE_ROWS, "--budget", effort.page_seconds).answer
    chosen.unlink()
    names = subjects["random"][:FIRST_ANSWERS]
    firsts = [first_answer(store, address, PAGE_ROWS).seconds for address in names]
    return {
        "clusters_seconds": clusters.seconds,
        "clusters_peak_bytes": clusters.peak_bytes,
        "derived_bytes": taken(files_below(store)) - before,
        "subjects": subjects,
        "pages": pages,
        "first_answer_seconds": Spread.of(firsts),
        "rules_pass": ours("rules_pass.py", store, "--repeat", effort.repeat).answer,
        "traces": ours("traces.py", store, "--repeat", effort.repeat).answer,
        "rows_read": ours("rows_read.py", store, "--repeat", effort.repeat).answer,
    }


def remove(work: Path, size: int, *, blocks: bool) -> None:
    """Give the disk back."""
    shutil.rmtree(work / f"store-{size // MB}", ignore_errors=True)
    if blocks:
        shutil.rmtree(work / f"blocks-{size // MB}", ignore_errors=True)
        (work / f"blocks-{size // MB}.json").unlink(missing_ok=True)
