"""What a block promises about itself: its merkle root, its witnesses (BIP 141), its height (BIP 34)."""

from __future__ import annotations

from cointrail.chain.decode import encode_tx
from cointrail.chain.merkle import merkle_root, merkle_tree
from cointrail.chain.script import OP_0, OP_1, OP_16, push_number
from cointrail.chain.types import Block, Height, Tx, sha256d
from cointrail.errors import BadBlocks

COMMITMENT_PREFIX = bytes.fromhex("6a24aa21a9ed")
COMMITMENT_SIZE = 38
MAX_HEIGHT_BYTES = 4


def check_merkle_root(block: Block) -> None:
    """See that the header vouches for these transactions, in this order.

    Raises:
        BadBlocks: another root, or a list with doubled transactions that has the same root (CVE-2012-2459).
    """
    tree = merkle_tree([tx.txid.raw for tx in block.txs])
    if tree.root != block.header.merkle_root:
        raise BadBlocks(
            f"block {block.header.hash} has other transactions than its header says",
            hint="the block is damaged",
            block=str(block.header.hash),
            merkle_root=tree.root[::-1].hex(),
        )
    if tree.mutated:
        raise BadBlocks(
            f"block {block.header.hash} lists transactions twice; its header fits the shorter list too",
            hint="the block is damaged",
            block=str(block.header.hash),
        )


def wtxid(tx: Tx) -> bytes:
    """Double SHA-256 of the form with witnesses. 32 bytes, wire order. A coinbase's is not special here."""
    return sha256d(encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime))


def witness_merkle_root(block: Block) -> bytes:
    """The root over every wtxid, the coinbase's taken as zero. 32 bytes, wire order."""
    return merkle_root([bytes(32), *(wtxid(tx) for tx in block.txs[1:])])


def find_witness_commitment(block: Block) -> bytes | None:
    """The 32 bytes that the coinbase's last commitment output holds; None without such an output."""
    for output in reversed(block.txs[0].outputs):
        if output.script.startswith(COMMITMENT_PREFIX) and len(output.script) >= COMMITMENT_SIZE:
            return output.script[len(COMMITMENT_PREFIX) : COMMITMENT_SIZE]
    return None


def witness_commitment(block: Block) -> bytes | None:
    """The commitment that the witnesses ask for: 32 bytes.

    None when the coinbase lacks the one witness item of 32 bytes that goes into it.
    """
    witness = block.txs[0].inputs[0].witness
    if len(witness) != 1 or len(witness[0]) != 32:
        return None
    return sha256d(witness_merkle_root(block) + witness[0])


def check_witness_commitment(block: Block) -> None:
    """See that the coinbase vouches for every witness. Binding from `Network.segwit_height` on.

    Raises:
        BadBlocks: witnesses without a commitment, or other witnesses than were committed to.
    """
    found = find_witness_commitment(block)
    if found is None:
        if any(tx.has_witness for tx in block.txs):
            raise BadBlocks(
                f"block {block.header.hash} has witnesses that its coinbase does not commit to",
                hint="the block is damaged",
                block=str(block.header.hash),
            )
        return
    if found != witness_commitment(block):
        raise BadBlocks(
            f"block {block.header.hash} has other witnesses than its coinbase says",
            hint="the block is damaged",
            block=str(block.header.hash),
        )


def coinbase_height(tx: Tx) -> Height | None:
    """The height that a coinbase's scriptSig starts with; None when it does not start with one.

    It binds from `Network.bip34_height` on. Before, the first number is whatever the miner put there.
    """
    script = tx.inputs[0].script_sig
    first = script[0] if script else -1
    if first == OP_0:
        return Height(0)
    if OP_1 <= first <= OP_16:
        return Height(first - OP_1 + 1)
    if not 1 <= first <= MAX_HEIGHT_BYTES:
        return None
    height = int.from_bytes(script[1 : 1 + first], "little", signed=True)
    return Height(height) if height > 0 and script.startswith(push_number(height)) else None
