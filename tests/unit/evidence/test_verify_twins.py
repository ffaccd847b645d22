"""The program in the bundle stands alone, so it says everything a second time: here the two are compared."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cointrail.casework.statements import coins
from cointrail.chain.address import encode_address
from cointrail.chain.decode import encode_tx
from cointrail.chain.network import get_network
from cointrail.chain.proof_of_work import target_of
from cointrail.chain.types import Tx
from cointrail.evidence import standards, verify
from cointrail.valuation.money import money_text, value_of
from cointrail.valuation.rate import Rate
from support.wire import txs

SCRIPTS = st.one_of(
    st.binary(max_size=80),
    st.binary(min_size=20, max_size=20).map(lambda h: b"\x76\xa9\x14" + h + b"\x88\xac"),
    st.binary(min_size=20, max_size=20).map(lambda h: b"\xa9\x14" + h + b"\x87"),
    st.tuples(st.sampled_from((0, *range(81, 97))), st.binary(min_size=1, max_size=41)).map(
        lambda pair: bytes([pair[0], len(pair[1])]) + pair[1]
    ),
)


@given(SCRIPTS, st.sampled_from(sorted(standards.NETWORKS)))
def test_a_script_has_the_same_address(script: bytes, network: str) -> None:
    assert standards.address_of(script, network) == encode_address(script, get_network(network))


@pytest.mark.parametrize("network", sorted(standards.NETWORKS))
def test_networks_begin_with_the_same_block_and_target(network: str) -> None:
    ours = get_network(network)
    assert standards.NETWORKS[network][:2] == (str(ours.genesis), ours.pow_limit_bits)


@given(txs())
def test_a_transaction_has_the_same_id_inputs_and_outputs(ours: Tx) -> None:
    raw = encode_tx(ours.version, ours.inputs, ours.outputs, ours.locktime)
    if len(ours.base) == 64:
        return
    theirs = standards.Tx(standards.Reader(raw))
    assert theirs.txid == str(ours.txid)
    assert theirs.outpoints == [str(i.outpoint) for i in ours.inputs]
    assert theirs.outputs == [(o.value, o.script) for o in ours.outputs]


@given(
    st.integers(0, 21 * 10**14),
    st.decimals("0.00000001", "100000000", places=8),
    st.sampled_from(("USD", "JPY", "KWD")),
)
def test_a_fiat_value_is_the_same(sat: int, price: Decimal, currency: str) -> None:
    rate = Rate(price, currency, "a test", datetime(2017, 1, 1, tzinfo=UTC), "close")
    theirs = standards.money([(str(sat), format(price, "f"))], currency)
    assert theirs == money_text(value_of(sat, rate), currency)


@given(st.integers(0, 21 * 10**14))
def test_an_amount_is_said_in_the_same_words(sat: int) -> None:
    row = {"fifo_sat": "0", "haircut_sat": "0"}
    assert f" of {coins(sat)} is itself" in verify.ledger_sentence(row, ["a:0"], sat, back=True)


@given(st.integers(0, 2**32 - 1))
def test_a_target_is_read_the_same(bits: int) -> None:
    if bits >> 24 <= 32:
        assert standards.target_of(bits) == target_of(bits)


@given(st.binary(max_size=99), st.integers(0, 511), st.integers(0, 7))
def test_a_signature_holds_for_its_own_message_and_bytes_alone(message: bytes, bit: int, where: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(where, where + 32)))
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert standards.is_signed(public, message, signature)
    assert not standards.is_signed(public, message + b"x", signature)
    other = bytearray(signature)
    other[bit // 8] ^= 1 << bit % 8
    assert not standards.is_signed(public, message, bytes(other))


def _header(seconds: int, bits: int) -> bytes:
    return bytes(68) + seconds.to_bytes(4, "little") + bits.to_bytes(4, "little") + bytes(4)


@pytest.mark.parametrize(
    ("height", "first", "last", "before", "after"),
    [
        # Bitcoin Core, src/test/pow_tests.cpp: real retargets, with the limits met
        (32_255, 1261130161, 1262152739, 0x1D00FFFF, 0x1D00D86A),
        (2_015, 1231006505, 1233061996, 0x1D00FFFF, 0x1D00FFFF),
        (68_543, 1279008237, 1279297671, 0x1C05A3F4, 0x1C0168FD),
        (46_367, 1263163443, 1269211443, 0x1C387F6F, 0x1D00E1FD),
    ],
)
def test_the_target_after_an_interval_is_that_of_bitcoin_core(
    height: int, first: int, last: int, before: int, after: int
) -> None:
    assert height % standards.INTERVAL == standards.INTERVAL - 1
    between = [_header(first, before)] * (standards.INTERVAL - 2)
    headers = [_header(first, before), *between, _header(last, before)]
    assert standards.next_bits(headers, standards.INTERVAL, standards.target_of(0x1D00FFFF)) == after


def test_sixty_four_bytes_are_no_transaction() -> None:
    raw = bytes.fromhex(
        "01000000" + "01" + "00" * 32 + "00000000" + "04" + "00" * 4 + "ffffffff" + "01" + "00" * 8
    )
    raw += b"\x00" + bytes(4)
    assert len(raw) == 64
    with pytest.raises(standards.Fault, match="CVE-2017-12842"):
        standards.Tx(standards.Reader(raw))


def test_the_checker_reads_a_table_however_long_a_path_in_it_is_and_says_what_is_none(tmp_path: Path) -> None:
    long = "<-".join(["ab" * 32 + ":0"] * 3_000)
    table = tmp_path / "leads.csv"
    table.write_text(f"payment,path\nx,{long}\n")
    assert standards.read_table(table) == [["payment", "path"], ["x", long]]
    table.write_text('payment,path\nx,"open\n')
    usual = csv.field_size_limit()
    with pytest.raises(standards.Fault, match=r"leads\.csv is no table"):
        standards.read_table(table)
    assert csv.field_size_limit() == usual
