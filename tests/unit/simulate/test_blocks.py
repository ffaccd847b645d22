from collections.abc import Sequence

from cointrail.chain.commitments import check_merkle_root, check_witness_commitment, coinbase_height
from cointrail.chain.decode import decode_block
from cointrail.chain.proof_of_work import check_proof_of_work
from cointrail.chain.types import COIN, Block
from cointrail.chain.undo import SpentOutput
from cointrail.simulate.blocks import BlockMaker
from cointrail.simulate.business import Pool
from cointrail.simulate.dice import Dice
from cointrail.simulate.habits import PHONE
from cointrail.simulate.locks import Kind
from cointrail.simulate.regtest import REGTEST
from support.worlds import scene, wallet


class _Keep:
    """Keeps the blocks and what they spend."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.spent: list[Sequence[Sequence[SpentOutput]]] = []

    def add(self, raw: bytes, previous: bytes, spent: Sequence[Sequence[SpentOutput]]) -> None:
        del previous
        self.blocks.append(decode_block(raw))
        self.spent.append(spent)

    def finish(self, height: int, tip: bytes) -> None:
        """Nothing is left to do."""


def _two_blocks(day: str) -> tuple[_Keep, int]:
    """A block with one payment from a segwit wallet if it is late enough, and an empty one."""
    where, keep = scene(day), _Keep()
    pool = Pool(where, "pool", 1.0, Kind.P2PKH, Dice("pool"))
    ann = wallet(where, "ann", COIN, habits=PHONE)
    posted = ann.sweep(list(ann.coins), ann.fresh("receive"), "change")
    assert posted is not None
    maker = BlockMaker(where.ledger, keep)
    maker.close(where.now, pool)
    maker.close(where.now + 1, pool)
    return keep, posted.fee


def test_blocks_follow_each_other_and_keep_their_promises() -> None:
    keep, _ = _two_blocks("2018-02-01")
    first, second = keep.blocks
    assert first.header.previous == REGTEST.genesis
    assert second.header.previous == first.header.hash
    for height, block in enumerate(keep.blocks, 1):
        check_proof_of_work(block.header, REGTEST)
        check_merkle_root(block)
        check_witness_commitment(block)
        assert coinbase_height(block.txs[0]) == height


def test_a_coinbase_takes_subsidy_and_fees() -> None:
    keep, fee = _two_blocks("2016-01-01")
    assert [block.txs[0].outputs[0].value for block in keep.blocks] == [50 * COIN + fee, 50 * COIN]


def test_witnesses_are_committed_to_from_the_day_of_segwit_on() -> None:
    early, late = _two_blocks("2017-01-01")[0], _two_blocks("2018-02-01")[0]
    assert [len(block.txs[0].outputs) for block in early.blocks] == [1, 1]
    assert [len(block.txs[0].outputs) for block in late.blocks] == [2, 2]
    assert late.blocks[0].txs[1].has_witness


def test_what_a_block_spends_goes_along_with_it() -> None:
    keep, _ = _two_blocks("2016-01-01")
    [[spent]], nothing = keep.spent
    assert (spent.output.value, spent.height, nothing) == (COIN, 1, [])
