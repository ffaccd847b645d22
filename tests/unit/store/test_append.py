from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.chain.types import Outpoint
from cointrail.errors import StoreCorrupt
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot
from support.blocks_writer import Stored, write_files
from support.kernel_chain import Branch, Coin, Draft, invented_coin, pay
from support.kernel_locks import Kind, Lock
from support.twin_coinbases import branch_with_twins

HOME = Lock(Kind.P2WPKH, 1)


def _branch(blocks: int = 105) -> Branch:
    branch = Branch()
    for _ in range(blocks):
        branch.mine(lock=HOME)
    return branch


def _coin(branch: Branch, number: int = 0) -> Coin:
    return branch.ripe()[number]


def _unchecked(branch: Branch) -> list[Stored]:
    """Blocks without undo data, since nobody has connected them."""
    return [Stored(b.raw) for b in branch.blocks]


def _refused(folder: Path, blocks: list[Stored]) -> StoreCorrupt:
    write_files(folder / "blocks", [blocks])
    with BlocksDirectory(folder / "blocks", undo=False) as source, pytest.raises(StoreCorrupt) as refused:
        ingest(folder / "store", source)
    assert not (folder / "store" / "manifest.json").exists()
    return refused.value


@pytest.mark.parametrize("more", [0, 130], ids=["recent", "settled"])
def test_an_input_that_spends_nothing_is_refused_by_name(tmp_path: Path, more: int) -> None:
    branch = _branch()
    draft = pay([_coin(branch), invented_coin("nothing", 5)], [(HOME, 1)])
    branch.mine([draft])
    branch.mine_empty(more)
    error = _refused(tmp_path, _unchecked(branch))
    outpoint = str(draft.tx.inputs[1].outpoint)
    assert str(error) == (
        f"input 1 of {draft.tx.txid} (height 106) spends {outpoint}, which no earlier block creates"
    )
    assert error.facts["outpoint"] == outpoint


@pytest.mark.parametrize(
    ("between", "after"),
    [(0, 0), (40, 0), (0, 101), (120, 0), (120, 101)],
    ids=["one block", "recent", "one settled block", "settled and recent", "settled"],
)
@pytest.mark.parametrize("fresh", [False, True], ids=["of a settled output", "of a new output"])
def test_an_output_that_is_spent_twice_is_refused_by_name(
    tmp_path: Path, between: int, after: int, *, fresh: bool
) -> None:
    branch = _branch()
    coin = _coin(branch)
    if fresh:
        paid = pay([coin], [(HOME, 5000)])
        branch.mine([paid])
        coin = Coin(Outpoint(paid.tx.txid, 0), 5000, HOME, 106, coinbase=False)
    innocent = pay([_coin(branch, 1)], [(HOME, 3)])
    second = pay([_coin(branch, 2), coin], [(HOME, 2)])
    branch.mine([innocent, pay([coin], [(HOME, 1)])])
    branch.mine_empty(between)
    branch.mine([second])
    branch.mine_empty(after)
    error = _refused(tmp_path, _unchecked(branch))
    assert f"input 1 of {second.tx.txid} " in str(error)
    assert "spends an output that an earlier input has spent" in str(error)


def test_an_output_that_one_transaction_spends_twice_is_refused(tmp_path: Path) -> None:
    branch = _branch()
    coin = _coin(branch)
    draft = pay([coin, coin], [(HOME, 1)])
    branch.mine([draft])
    assert f"input 1 of {draft.tx.txid} (height 106)" in str(_refused(tmp_path, _unchecked(branch)))


def test_a_transaction_that_creates_more_than_it_spends_is_refused(tmp_path: Path) -> None:
    branch = _branch()
    coin = _coin(branch)
    draft = pay([coin], [(HOME, coin.value + 1)])
    branch.mine([draft], extra=1)
    error = _refused(tmp_path, _unchecked(branch))
    assert str(error) == f"transaction {draft.tx.txid} creates more than it spends"


def test_a_spend_before_its_output_in_one_block_is_refused(tmp_path: Path) -> None:
    branch = _branch()
    first = pay([_coin(branch)], [(HOME, 5000)])
    made = Coin(Outpoint(first.tx.txid, 0), 5000, HOME, 106, coinbase=False)
    second = pay([made], [(HOME, 4000)])
    branch.mine([second, first])
    assert f"input 0 of {second.tx.txid} (height 106)" in str(_refused(tmp_path, _unchecked(branch)))


# -- two transactions with one id (BIP 30)


@pytest.mark.parametrize(
    ("second", "spend_at", "blocks"),
    [(8, 105, 107), (8, 105, 240), (8, 150, 160), (120, 230, 240), (60, 230, 240)],
    ids=["recent spend", "all settled", "settled and recent", "twin in the recent part", "far apart"],
)
def test_of_two_transactions_with_one_id_the_later_is_found_and_spent(
    tmp_path: Path, second: int, spend_at: int, blocks: int
) -> None:
    branch, draft = branch_with_twins(5, second, spend_at, blocks)
    write_files(tmp_path / "blocks", [branch.stored])
    for batch_bytes in (600, 1 << 20):
        store = tmp_path / f"store{batch_bytes}"
        with BlocksDirectory(tmp_path / "blocks") as source:
            ingest(store, source, batch_bytes=batch_bytes, commit_bytes=2 * batch_bytes)
            assert examine(store, source).findings == ()
        with open_snapshot(store) as snapshot:
            _assert_later_twin(snapshot, second, draft)


def _assert_later_twin(snapshot: Snapshot, second: int, draft: Draft) -> None:
    earlier, later = snapshot.block_txs(5)[0], snapshot.block_txs(second)[0]
    txid = snapshot.txid(earlier)
    assert snapshot.txid(later) == txid
    assert snapshot.find_tx(txid) == later
    assert snapshot.find_output(Outpoint(txid, 0)) == snapshot.tx_output_range(later)[0]
    spender = snapshot.find_tx(draft.tx.txid)
    assert spender is not None
    assert [row.tx_num for row in snapshot.tx_inputs(spender)] == [later]
    assert snapshot.tx_outputs(later)[0].spent_by_tx == spender
    assert snapshot.tx_outputs(earlier)[0].spent_by_tx is None
