"""A workbench that keeps its store open, for programs that answer many questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread

from cointrail.attribution.load import load_tags
from cointrail.attribution.resolve import Attribution, resolve
from cointrail.attribution.tags import TagSet
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.judged import JudgedClusters
from cointrail.clustering.judgements import Judgement, standing
from cointrail.clustering.load import load_or_build
from cointrail.clustering.under import under
from cointrail.errors import CointrailError
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.judged import JudgedView, judged_view
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.status import StoreStatus, store_status
from cointrail.store.manifest import Manifest, read_manifest
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.workbench.bench import Workbench
from cointrail.workbench.ledger_bench import Progress

MOST_JUDGED = 4
"""Sets of judgements whose clusters are kept; of each, the clusters that they name."""


class OpenBench(Workbench):
    """Answers from one pinned state of the store, and moves on to the next when that is ready.

    When the store grows or its chain changes, the clusters of the new state are built beside; until then
    every answer comes from the state before, whose tip stands in its basis. May be asked by many threads.

    Args:
        store: its folder.
        tags: tag files, read once; they lie over every answer that asks for tags.
        progress: told how far the first opening is.

    Raises:
        StoreError: there is no store, or it holds no chain.
        BadTag: a tag file cannot be trusted.
    """

    def __init__(self, store: Path, *, tags: Sequence[Path] = (), progress: Progress | None = None) -> None:
        super().__init__(store, progress)
        self._lock = Lock()
        self._tags: TagSet | None = None
        snapshot = open_snapshot(store)
        if tags:
            self._tags = load_tags(tuple(tags), snapshot.network)
        clusters = load_or_build(snapshot, progress=self._stage("clusters"))
        self._state = _State(snapshot, clusters, self._tags)
        self._judging = Lock()
        self._judged: dict[tuple[int, tuple[Judgement, ...]], JudgedBench] = {}
        self._progress = None  # of answers, nobody watches one
        self._moving: Thread | None = None
        self.trouble: str | None = None
        """Why the last attempt to move on failed; None when it did not."""

    @property
    def behind(self) -> bool:
        """Whether the store holds another state than answers come from."""
        return self._present() != self._state.manifest

    @property
    def network(self) -> str:
        """The name of the store's network."""
        return self._state.snapshot.network.name

    @property
    def tags(self) -> TagSet | None:
        """The tags that lie over the clusters."""
        return self._tags

    def under(self, judgements: Sequence[Judgement]) -> Workbench:
        """The same bench with its clusters as judgements of a case leave them.

        Its answers come from the state of the store as it is now. What was made last is kept, as pages of
        one case come one after another.

        Raises:
            BadInput: the judgements contradict each other.
            NotFound: one is about what the chain does not hold.
        """
        stands = standing(judgements)
        if not stands:
            return self
        state = self._follow()
        with self._judging:
            key = (id(state), stands)
            if key not in self._judged:
                self._judged[key] = JudgedBench(self, state.judged(judgements, self._tags), state)
                while len(self._judged) > MOST_JUDGED:
                    self._judged.pop(next(iter(self._judged)))
            return self._judged[key]

    def judged(self, judgements: Sequence[Judgement]) -> JudgedView:
        """What judgements make of the headline clusters that they name.

        Raises:
            BadInput: the judgements contradict each other.
            NotFound: one is about what the chain does not hold.
        """
        state = self._follow()
        if not standing(judgements):
            return JudgedView(clusters=(), left_out=(), basis=state.desk.basis)
        return judged_view(state.desk, JudgedClusters(state.snapshot, state.clusters, judgements))

    def status(self) -> StoreStatus:
        """What the state holds that answers come from."""
        return store_status(self._follow().snapshot)

    @contextmanager
    def _desk(self, tags: Sequence[Path]) -> Iterator[LookupDesk]:
        if tags:
            raise ValueError("the tags of an open workbench are those it was opened with")
        yield self._follow().desk

    @contextmanager
    def _ledger(self) -> Iterator[LedgerDesk]:
        yield self._follow().desk

    def _follow(self) -> _State:
        """The state to answer from; begins to move on when the store has another."""
        if self.behind:
            with self._lock:
                if self._moving is None or not self._moving.is_alive():
                    self._moving = Thread(target=self._move_on, name="move on", daemon=True)
                    self._moving.start()
        return self._state

    def _move_on(self) -> None:
        try:
            snapshot = open_snapshot(self.store)
            self._state = _State(snapshot, load_or_build(snapshot), self._tags)
            self.trouble = None
        except CointrailError as error:
            self.trouble = str(error)

    def _present(self) -> Manifest | None:
        try:
            return read_manifest(self.store)
        except CointrailError as error:
            self.trouble = str(error)
            return self._state.manifest


class _State:
    """A snapshot with its clusters and what tags say of them."""

    def __init__(self, snapshot: Snapshot, clusters: Clusters, tags: TagSet | None) -> None:
        self.manifest = snapshot.manifest
        self.snapshot = snapshot
        self.clusters = clusters
        attribution: Attribution | None = None
        if tags is not None:
            attribution = resolve(tags, snapshot.find_script, clusters.label)
        self.desk = LookupDesk(snapshot, clusters, attribution)

    def judged(self, judgements: Sequence[Judgement], tags: TagSet | None) -> LookupDesk:
        """The desk with its clusters as judgements leave them."""
        clusters = under(self.clusters, JudgedClusters(self.snapshot, self.clusters, judgements))
        attribution = None if tags is None else resolve(tags, self.snapshot.find_script, clusters.label)
        return LookupDesk(self.snapshot, clusters, attribution)


class JudgedBench(Workbench):
    """Answers from one state of a store under judgements. `OpenBench.under` makes it.

    Args:
        bench: whose store it is.
        desk: that state, with its clusters as the judgements leave them.
        state: kept alive for as long as this is.
    """

    def __init__(self, bench: OpenBench, desk: LookupDesk, state: _State) -> None:
        super().__init__(bench.store)
        self._state = state
        self._own = desk

    @property
    def clusters_digest(self) -> str:
        """Names the clusters as the judgements leave them."""
        return self._own.clusters.digest

    @contextmanager
    def _desk(self, tags: Sequence[Path]) -> Iterator[LookupDesk]:
        if tags:
            raise ValueError("the tags of an open workbench are those it was opened with")
        yield self._own

    @contextmanager
    def _ledger(self) -> Iterator[LedgerDesk]:
        yield self._own
