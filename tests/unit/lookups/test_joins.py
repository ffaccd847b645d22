"""What the chain shows of a join's equal outputs later, at the tip and at earlier heights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cointrail.clustering.build import build
from cointrail.coinjoin.anonymity import AnonymitySet, Reveal
from cointrail.errors import BadInput, NotFound
from cointrail.lookups.coinjoin import analyse_join
from cointrail.lookups.desk import LookupDesk
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot
from support.blocks_writer import write_files
from support.kernel_chain import Branch, Coin, Draft, pay
from support.kernel_locks import Kind, Lock
from support.store_files import scratch

SIZE = 5
VALUE = 5_000_000
BEFORE, EQUAL, CHANGE, LATER = 100, 200, 300, 400
"""Where the keys of inputs, equal outputs, change and later payments begin."""


@dataclass(frozen=True)
class Mixed:
    """A store with one join in it, and where it stands."""

    desk: LookupDesk
    txid: str
    height: int

    def at(self, height: int | None = None) -> AnonymitySet:
        """The set of the equal outputs as of a height."""
        (found,) = analyse_join(self.desk, self.txid, at=height).analysis.sets
        return found

    def told(self, height: int | None = None) -> list[tuple[int, Reveal, int | None]]:
        """Which output, why, and how many blocks after the join."""
        return [
            (t.removal.vout, t.removal.why, t.removal.height and t.removal.height - self.height)
            for t in self.at(height).told
        ]


def key(number: int) -> Lock:
    return Lock(Kind.P2WPKH, number)


def coin_of(branch: Branch, number: int) -> Coin:
    return next(coin for coin in branch.ripe() if coin.lock == key(number))


def mix(branch: Branch) -> Draft:
    coins = [coin_of(branch, BEFORE + k) for k in range(SIZE)]
    equal = [(key(EQUAL + k), VALUE) for k in range(SIZE)]
    change = [(key(CHANGE + k), coin.value - VALUE - 100) for k, coin in enumerate(coins)]
    return pay(coins, [*equal, *change])


def spend(branch: Branch, keys: list[int], to: int) -> None:
    coins = [coin_of(branch, number) for number in keys]
    branch.mine([pay(coins, [(key(to), sum(c.value for c in coins) - 200)])])


@pytest.fixture(scope="module", name="mixed")
def _mixed() -> Iterator[Mixed]:
    branch = Branch(salt=b"a join")
    branch.mine_empty(110)
    rich = branch.ripe()[:2]
    funded = [(key(BEFORE + k), 9_000_000 + 1_000_003 * k) for k in range(SIZE)]
    spare = [(key(BEFORE + 1), 777_777)]
    branch.mine([pay(rich, [*funded, *spare, (key(999), 1_000)])])
    draft = mix(branch)
    branch.mine([draft])
    height = branch.height
    spend(branch, [EQUAL, CHANGE], LATER)  # + 1: with change of the join
    spend(branch, [EQUAL + 1, BEFORE + 1], LATER + 1)  # + 2: with a coin from before
    spend(branch, [EQUAL + 2], BEFORE + 2)  # + 3: back to an input's script
    branch.mine([pay([coin_of(branch, 999)], [(key(EQUAL + 3), 500)])])  # + 4: the script is used again
    with scratch() as folder:
        write_files(folder / "main", [branch.stored])
        with BlocksDirectory(folder / "main") as source:
            ingest(folder / "store", source)
        with open_snapshot(folder / "store") as snapshot:
            yield Mixed(LookupDesk(snapshot, build(snapshot)), str(draft.tx.txid), height)


def test_every_way_to_be_told_apart_is_named_with_its_block(mixed: Mixed) -> None:
    assert mixed.told() == [
        (0, Reveal.WITH_CHANGE, 1),
        (1, Reveal.WITH_PREMIX, 2),
        (2, Reveal.RETURNED, 3),
        (3, Reveal.REUSED, 4),
        (1, Reveal.IN_CLUSTER, None),
    ]


def test_an_output_is_one_of_five_at_first_and_of_one_in_the_end(mixed: Mixed) -> None:
    found = mixed.at()
    assert (found.k_at_mix, found.owners, found.k, found.hidden) == (5, 5, 1, (4,))


@pytest.mark.parametrize(("blocks", "k"), [(0, 5), (1, 4), (2, 3), (3, 2), (4, 1)])
def test_as_of_a_height_only_what_the_chain_had_shown_by_then_counts(
    mixed: Mixed, blocks: int, k: int
) -> None:
    assert mixed.at(mixed.height + blocks).k == k
    assert len({vout for vout, _, _ in mixed.told(mixed.height + blocks)}) == 5 - k


def test_clusters_are_those_of_the_height_too(mixed: Mixed) -> None:
    """The cluster that took an equal output in two blocks after the join held it not before."""
    in_cluster = [vout for vout, why, _ in mixed.told(mixed.height + 1) if why == Reveal.IN_CLUSTER]
    assert in_cluster == []
    assert (1, Reveal.IN_CLUSTER, None) in mixed.told(mixed.height + 2)


def test_a_height_outside_the_chain_since_the_join_is_refused(mixed: Mixed) -> None:
    for height in (mixed.height - 1, mixed.desk.snapshot.height + 1):
        with pytest.raises(BadInput, match="is not between"):
            analyse_join(mixed.desk, mixed.txid, at=height)


def test_a_transaction_that_is_not_there_is_not_found(mixed: Mixed) -> None:
    with pytest.raises(NotFound):
        analyse_join(mixed.desk, "00" * 32)
