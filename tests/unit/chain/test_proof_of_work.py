from __future__ import annotations

import pytest

from cointrail.chain.decode import decode_header, encode_header
from cointrail.chain.network import NETWORKS
from cointrail.chain.proof_of_work import check_proof_of_work, target_of, work_of
from cointrail.chain.types import BlockHash, BlockHeader
from cointrail.errors import BadBlocks

MAINNET, REGTEST = NETWORKS["mainnet"], NETWORKS["regtest"]
ROOT = bytes.fromhex("3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a")


def genesis(bits: int = 0x1D00FFFF, nonce: int = 2083236893) -> BlockHeader:
    return decode_header(encode_header(1, BlockHash(bytes(32)), ROOT, 1231006505, bits, nonce))


@pytest.mark.parametrize(
    ("bits", "target"),
    [
        (0x00000000, 0),
        (0x00123456, 0),
        (0x01003456, 0),
        (0x02000056, 0),
        (0x01120000, 0x12),
        (0x02123400, 0x1234),
        (0x03123456, 0x123456),
        (0x04123456, 0x12345600),
        (0x05009234, 0x92340000),
        (0x20123456, 0x123456 << 232),
        (0x1D00FFFF, 0xFFFF << 208),
        (0x2100FFFF, 0xFFFF << 240),
        (0x220000FF, 0xFF << 248),
    ],
)
def test_compact_bits_give_the_target_that_bitcoin_core_gives(bits: int, target: int) -> None:
    assert target_of(bits) == target


@pytest.mark.parametrize("bits", [0x01FEDCBA, 0x04923456, 0x2101FFFF, 0x220001FF, 0x23000001, 0xFF123456])
def test_negative_and_oversized_bits_give_no_target_and_no_work(bits: int) -> None:
    assert (target_of(bits), work_of(bits)) == (0, 0)


def test_the_easiest_mainnet_target_takes_2_to_the_32_hashes() -> None:
    assert work_of(0x1D00FFFF) == 0x100010001
    assert work_of(0x207FFFFF) == 2


def test_a_block_with_work_passes_on_its_network() -> None:
    check_proof_of_work(genesis(), MAINNET)


def test_a_hash_above_its_target_is_refused() -> None:
    with pytest.raises(BadBlocks, match="is above its own target 1d00ffff"):
        check_proof_of_work(genesis(nonce=0), MAINNET)


@pytest.mark.parametrize("bits", [0x207FFFFF, 0x1D010000, 0, 0x04923456])
def test_a_target_that_the_network_does_not_allow_is_refused(bits: int) -> None:
    with pytest.raises(BadBlocks, match=f"claims the target {bits:08x}, which mainnet does not allow"):
        check_proof_of_work(genesis(bits), MAINNET)


def test_a_target_too_easy_for_mainnet_is_right_on_regtest() -> None:
    mined = next(h for h in (genesis(0x207FFFFF, n) for n in range(64)) if h.hash.raw[31] < 0x7F)
    check_proof_of_work(mined, REGTEST)
