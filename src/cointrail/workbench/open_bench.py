"""A workbench that keeps its store open, for programs that answer many questions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, Thread

from cointrail.attribution.load import load_tags
from cointrail.attribution.resolve import resolve
from cointrail.attribution.tags import TagSet
from cointrail.chain.network import get_network
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.judged import JudgedClusters
from cointrail.clustering.judgements import Judgement, standing
from cointrail.clustering.load import load_or_build
from cointrail.clustering.under import under
from cointrail.errors import CointrailError, EmptyStore, WrongNetwork
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.judged import JudgedView, judged_view
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.status import StoreStatus, store_status
from cointrail.store.manifest import Manifest, read_manifest
from cointrail.store.reader import Snapshot, get_manifest, no_block, open_snapshot
from cointrail.workbench.bench import Workbench
from cointrail.workbench.ledger_bench import Progress
from cointrail.workbench.walk_shelf import WalkShelf

MOST_JUDGED = 4
"""Sets of judgements whose clusters are kept; of each, the clusters that they name."""


PAUSE_S = 30.0
"""Seconds before a state that could not be opened is tried again; our choice: clusters of a large store take
minutes and all memory, and what failed will mostly fail again."""


class OpenBench(Workbench):
    """Answers from one pinned state of the store, and moves on to the next when that is ready.

    When the store grows or its chain changes, the clusters of the new state are built beside; until then
    every answer comes from the state before, whose tip stands in its basis. A store without a block is
    waited for: until its first state is ready, whatever is asked raises `EmptyStore`. May be asked by many
    threads.

    Args:
        store: its folder.
        tags: tag files, read once; they lie over every answer that asks for tags.
        progress: told how far the first opening is.

    Raises:
        StoreError: there is no store.
        BadTag: a tag file cannot be trusted.
    """

    def __init__(self, store: Path, *, tags: Sequence[Path] = (), progress: Progress | None = None) -> None:
        super().__init__(store, progress)
        self._network = get_network(get_manifest(store).network)
        self._tags = load_tags(tuple(tags), self._network) if tags else None
        self._lock = Lock()
        self._traces, self._peels = WalkShelf(), WalkShelf()
        self._moving: Thread | None = None
        self._failed: tuple[Manifest | None, float] = None, -PAUSE_S
        self.trouble: str | None = None
        """Why answers do not keep up with the store; None where they do."""
        self._state: _State | None = None
        with suppress(EmptyStore):
            self._answer_from(self._open())
        self._progress = None  # of answers, nobody watches one

    @property
    def behind(self) -> bool:
        """Whether the store holds another state than answers come from."""
        try:
            present = read_manifest(self.store)
        except CointrailError as error:
            self.trouble = str(error)
            return False
        if self._state is None:
            return present is not None and present.height >= 0
        if present == self._state.manifest:
            self.trouble = None
            return False
        return True

    @property
    def network(self) -> str:
        """The name of the store's network."""
        return self._network.name

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
        return self._follow().under(judgements) if standing(judgements) else self

    def pinned(self, progress: Progress | None = None) -> Workbench:
        """The store as answers come from it now, for questions that bring their own files.

        Args:
            progress: told how far long work is.

        Raises:
            EmptyStore: there is no block yet.
        """
        return PinnedBench(self._follow().snapshot, progress)

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
        """The state to answer from; begins to move on when the store has another.

        Raises:
            EmptyStore: there is none yet.
        """
        behind = self.behind
        if behind and not self._failed_lately():
            with self._lock:
                if self._moving is None or not self._moving.is_alive():
                    self._moving = Thread(target=self._move_on, name="move on", daemon=True)
                    self._moving.start()
        if self._state is not None:
            return self._state
        if behind:
            raise EmptyStore(
                f"`{self.store}` has its first blocks; their clusters are being built",
                hint="ask again in a moment",
                path=str(self.store),
            )
        get_manifest(self.store)  # says so where it cannot be read
        raise no_block(self.store)

    def _move_on(self) -> None:
        tried = self._present()
        try:
            self._answer_from(self._open())
            self.trouble = None
        except MemoryError:
            self._fail(tried, "the clusters of the newer state need more memory than the server may take")
        except Exception as error:  # noqa: BLE001 -- a thread that ends unheard would leave all waiting
            self._fail(tried, str(error) or type(error).__name__)

    def _answer_from(self, state: _State) -> None:
        """The shelves go first: a walk over the state before that still runs is not put back to them."""
        self._traces.turn_to(state.desk)
        self._peels.turn_to(state.desk)
        self._state = state

    def _fail(self, tried: Manifest | None, why: str) -> None:
        self.trouble = why
        self._failed = tried, time.monotonic()

    def _failed_lately(self) -> bool:
        """Whether the state that the store has could not be opened a moment ago."""
        manifest, when = self._failed
        return time.monotonic() < when + PAUSE_S and self._present() == manifest

    def _present(self) -> Manifest | None:
        with suppress(CointrailError):
            return read_manifest(self.store)
        return None

    def _open(self) -> _State:
        snapshot = open_snapshot(self.store)
        if snapshot.network != self._network:
            raise WrongNetwork(
                f"`{self.store}` holds {snapshot.network.name} now, and was opened with {self.network}",
                hint="open it anew",
            )
        return _State(snapshot, load_or_build(snapshot, progress=self._stage("clusters")), self._tags)


class _State:
    """A snapshot with its clusters and what tags say of them; and what judgements make of them."""

    def __init__(self, snapshot: Snapshot, clusters: Clusters, tags: TagSet | None) -> None:
        self.manifest = snapshot.manifest
        self.snapshot = snapshot
        self.clusters = clusters
        self.desk = self._desk_of(clusters, tags)
        self._tags = tags
        self._judging = Lock()
        self._judged: dict[tuple[Judgement, ...], JudgedBench] = {}
        self._making: dict[tuple[Judgement, ...], Lock] = {}

    def under(self, judgements: Sequence[Judgement]) -> JudgedBench:
        """A bench with its clusters as judgements leave them; the last `MOST_JUDGED` are kept."""
        stands = standing(judgements)
        with self._judging:
            making = self._making.setdefault(stands, Lock())
        with making:  # who asks for others does not wait
            found = self._judged.get(stands)
            if found is not None:
                return found
            judged = JudgedClusters(self.snapshot, self.clusters, judgements)
            made = JudgedBench(self.snapshot.store, self._desk_of(under(self.clusters, judged), self._tags))
            with self._judging:
                self._judged[stands] = made
                while len(self._judged) > MOST_JUDGED:
                    gone = next(iter(self._judged))
                    del self._judged[gone]
                    self._making.pop(gone, None)
            return made

    def _desk_of(self, clusters: Clusters, tags: TagSet | None) -> LookupDesk:
        attribution = None if tags is None else resolve(tags, self.snapshot.find_script, clusters.label)
        return LookupDesk(self.snapshot, clusters, attribution)


class PinnedBench(Workbench):
    """Answers from one state of a store, whatever is written to it. `OpenBench.pinned` makes it."""

    def __init__(self, snapshot: Snapshot, progress: Progress | None = None) -> None:
        super().__init__(snapshot.store, progress)
        self._pinned = snapshot

    def snapshot(self) -> Snapshot:
        """That state."""
        return self._pinned.again()


class JudgedBench(Workbench):
    """Answers from one state of a store under judgements. `OpenBench.under` makes it.

    Args:
        store: its folder.
        desk: that state, with its clusters as the judgements leave them.
    """

    def __init__(self, store: Path, desk: LookupDesk) -> None:
        super().__init__(store)
        self._own = desk

    @contextmanager
    def _desk(self, tags: Sequence[Path]) -> Iterator[LookupDesk]:
        if tags:
            raise ValueError("the tags of an open workbench are those it was opened with")
        yield self._own

    @contextmanager
    def _ledger(self) -> Iterator[LedgerDesk]:
        yield self._own
