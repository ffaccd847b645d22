"""A store and what can be asked of it. Each method wires the layers below and returns one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from cointrail import workbench
from cointrail.attribution.load import load_tags
from cointrail.attribution.resolve import resolve
from cointrail.attribution.tags import Verdict
from cointrail.casework.case import Case
from cointrail.casework.case_file import load_case
from cointrail.casework.outputs import OWNED, check_out, write_case
from cointrail.casework.result import CaseResult
from cointrail.casework.run import OnTrace, run_case
from cointrail.chain.network import Network, get_network
from cointrail.clustering.kept import kept_folders, verify_kept
from cointrail.clustering.links import links_among
from cointrail.clustering.load import load_or_build
from cointrail.errors import BadInput
from cointrail.evidence.bag import require_new
from cointrail.evidence.bundle import write_bundle
from cointrail.evidence.chain_part import ChainCopy
from cointrail.evidence.walks import WalkLog
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store import ingest as store_ingest
from cointrail.store.doctor import DoctorReport, examine
from cointrail.store.ingest import IngestReport
from cointrail.store.manifest import derived_folder, read_manifest
from cointrail.store.plan import IngestPlan
from cointrail.store.reader import Snapshot
from cointrail.store.rewind import rewind
from cointrail.tracing.change_votes import ChainVotes, KeptChanges
from cointrail.tracing.link_rates import LinkRates
from cointrail.valuation.rates import RateBook
from cointrail.workbench.bundle_ask import BundleAsk
from cointrail.workbench.graph_bench import GraphBench
from cointrail.workbench.lookup_bench import judge
from cointrail.workbench.peel_bench import PeelBench
from cointrail.workbench.trace_bench import TraceBench

CaseSource = Path | Callable[[Network], Case]
"""A case file, or what gives the case for a network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRun:
    """A case that was run and written.

    Attributes:
        result: its rows, summary and basis.
        out: the folder that holds its files.
        files: their names.
        tag_verdicts: rows of the tag files by verdict, those with none left out.
        unseen_tags: tagged addresses that the chain does not hold.
    """

    result: CaseResult
    out: Path
    files: tuple[str, ...]
    tag_verdicts: dict[Verdict, int]
    unseen_tags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestRun:
    """An ingest, with what came before it.

    Attributes:
        report: what was read and what the store is now.
        given_up_blocks: blocks that the rewind took out of the store; those read again are new ones.
        source_height: of the last block of the blocks directory that was to be used.
    """

    report: IngestReport
    given_up_blocks: int
    source_height: int


class Workbench(PeelBench, TraceBench, GraphBench):
    """Everything that can be asked of one store."""

    # -- the store

    def ingest(
        self,
        blocks: Path,
        *,
        network: str | None = None,
        to: int | None = None,
        rewind_to: int | None = None,
        undo: bool = True,
        memory: int | None = None,
        threads: int = 2,
        progress: store_ingest.Progress | None = None,
        announce: Callable[[IngestPlan], None] | None = None,
    ) -> IngestRun:
        """Bring the store up to the tip of a blocks directory; see `cointrail.store.ingest`.

        Args:
            blocks: the blocks directory.
            network: what it must be; None takes what it is.
            to: the last height to take in.
            rewind_to: first give up the blocks above this height, or above `to` where that is lower.
            undo: use the rev files.
            memory: bytes that it may take; None for a quarter of the machine's.
            threads: threads that decode.
            progress: told after every batch.
            announce: told what it will take, before anything is written.

        Raises:
            BadInput: the store reaches above `to`, and is not rewound.
        """
        if rewind_to is None:
            self._require_below(to)
        expected = get_network(network) if network else None
        with BlocksDirectory(blocks, network=expected, to=to, undo=undo) as source:
            given_up = 0
            if rewind_to is not None:
                given_up = self.rewind(rewind_to if to is None else min(rewind_to, to))
            report = store_ingest.ingest(
                self.store,
                source,
                memory=memory,
                threads=threads,
                progress=progress,
                steps=self._progress,
                announce=announce,
            )
            return IngestRun(report=report, given_up_blocks=given_up, source_height=len(source.chain) - 1)

    def rewind(self, height: int) -> int:
        """Give up the blocks above a height; see `cointrail.store.rewind`.

        Returns:
            How many blocks the store lost; more than asked for, as those just below are read again.
        """
        before = self._height()
        rewind(self.store, height)
        return before - self._height()

    def _height(self) -> int:
        """Height of the store's last block; -1 when it holds none."""
        manifest = read_manifest(self.store) if self.store.is_dir() else None
        return -1 if manifest is None else manifest.height

    def _require_below(self, to: int | None) -> None:
        """Refuse to stop at a height that the store is already above: ingest only adds."""
        if to is not None and to < (height := self._height()):
            raise BadInput(
                f"`{self.store}` is at height {height} already, above `--to {to}`",
                hint=f"add `--rewind {to}` to give up the blocks above, or use another store",
                store_height=height,
                to=to,
            )

    def doctor(
        self, blocks: Path, *, undo: bool = True, progress: store_ingest.Progress | None = None
    ) -> DoctorReport:
        """Compare the store with the blocks, and kept clusters with what was written of them.

        See `cointrail.store.doctor` and `cointrail.clustering.kept`.
        """
        with BlocksDirectory(blocks, undo=undo) as source:
            report = examine(self.store, source, progress=progress)
        kept = chain.from_iterable(verify_kept(folder) for folder in kept_folders(derived_folder(self.store)))
        return replace(report, findings=(*report.findings, *kept))

    # -- queries

    def sql(self, query: str, *, memory: int = 1 << 30, threads: int = 2) -> Any:
        """Run one SQL query over the store's columns; see `cointrail.analytics`.

        Args:
            query: one statement that only reads.
            memory: bytes that it may use beside the mapped columns.
            threads: threads that it may use.

        Returns:
            A `pyarrow.Table`.

        Raises:
            BadQuery: it cannot be run.
            BadInput: the extra `sql` is not installed.
        """
        return workbench.sql_table(self.store, query, memory=memory, threads=threads)

    def frames(self) -> dict[str, Any]:
        """The tables that SQL has, as `polars.LazyFrame`s of the store's present state.

        Raises:
            BadInput: the extra `sql` is not installed.
        """
        return workbench.open_frames(self.store)

    # -- cases

    def run_case(self, case: CaseSource, out: Path) -> CaseRun:
        """Run a case and write its files into `out`, all of them or none."""
        check_out(out)
        with self.snapshot() as snapshot:
            found = self._run_case(case, snapshot)
        write_case(found.result, out)
        return replace(found, out=out, files=OWNED)

    def answer_case(self, case: CaseSource) -> CaseResult:
        """Run a case and write nothing."""
        with self.snapshot() as snapshot:
            return self._run_case(case, snapshot).result

    def bundle_case(
        self, case_file: CaseSource, blocks: Path, out: Path, ask: BundleAsk | None = None
    ) -> CaseRun:
        """Run a case file and write its evidence into the new folder `out`, whole or not at all.

        See `cointrail.evidence.bundle`.

        Args:
            case_file: the case.
            blocks: the blocks directory that the store was built from.
            out: a folder that is not there yet.
            ask: signature, reader, journal and the rest; None: none of it.
        """
        ask = ask or BundleAsk()
        require_new(out)
        if ask.case_out is not None:
            check_out(ask.case_out)
        reader, seal = ask.reading(), ask.sealing()
        with self.snapshot() as snapshot, BlocksDirectory(blocks, undo=False) as source:
            walks = WalkLog(snapshot)
            found = self._run_case(case_file, snapshot, walks.take)
            if ask.case_out is not None:
                write_case(found.result, ask.case_out)
            ask.on_tables()
            copy = ChainCopy(snapshot, source)
            write_bundle(out, found.result, walks, copy, reader=reader, journal=ask.journal, seal=seal)
        return replace(found, out=out, files=tuple(sorted(path.name for path in out.iterdir())))

    def _run_case(self, source: CaseSource, snapshot: Snapshot, on_trace: OnTrace | None = None) -> CaseRun:
        network = snapshot.network
        case = load_case(source, network) if isinstance(source, Path) else source(network)
        tags = load_tags(case.tags, snapshot.network)
        rates = RateBook.load(case.prices)
        built = load_or_build(snapshot, progress=self._stage("clusters"))
        judged = judge(snapshot, built, case.judgements)
        clusters = built if judged is None else judged
        attribution = resolve(tags, snapshot.find_script, clusters.label)
        verdicts = {verdict: count for verdict, count in tags.counts().items() if count}
        result = run_case(
            case,
            snapshot,
            clusters,
            attribution,
            rates,
            changes=KeptChanges(
                snapshot, clusters, ChainVotes(snapshot, clusters, attribution, built.standing)
            ),
            link_rates=LinkRates(snapshot, clusters),
            judged=judged,
            links_of=None if judged is not None else partial(links_among, snapshot, built),
            tag_verdicts={verdict.value: count for verdict, count in verdicts.items()},
            progress=self._stage("trace"),
            on_trace=on_trace,
        )
        return CaseRun(
            result=result, out=Path(), files=(), tag_verdicts=verdicts, unseen_tags=attribution.unseen
        )
