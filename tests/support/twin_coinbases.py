"""A chain in which one transaction stands twice, as in blocks 91,722 and 91,880 of mainnet (BIP 30)."""

from __future__ import annotations

from cointrail.chain.decode import decode_block
from support.kernel_chain import Branch, Draft, Made, build_block, pay
from support.kernel_locks import Kind, Lock


def branch_with_twins(first: int, second: int, spend_at: int, blocks: int) -> tuple[Branch, Draft]:
    """A branch where the coinbase of height `first` stands at `second` again, and is spent at `spend_at`."""
    branch, home = Branch(), Lock(Kind.P2WPKH, 1)
    while branch.height < blocks:
        height = branch.height + 1
        if height == second:
            earlier = branch.blocks[first]
            reward = decode_block(earlier.raw).txs[0].outputs[:1]
            time = int.from_bytes(branch.mine(lock=home, keep=False).raw[68:72], "little")
            raw = build_block(branch.blocks[-1].hash, first, time, [], reward, branch.salt)
            branch.blocks.append(Made(raw, height, ()))
            assert decode_block(raw).txs[0].txid == decode_block(earlier.raw).txs[0].txid
        elif height == spend_at:
            coin = next(c for c in branch.coins if c.height == first)
            draft = pay([coin], [(Lock(Kind.P2PKH, 3), coin.value)])
            branch.mine([draft], lock=home)
        else:
            branch.mine(lock=home)
    return branch, draft
