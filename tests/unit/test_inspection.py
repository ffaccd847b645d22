from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain import script as sc
from cointrail.chain.decode import encode_tx, tx_of
from cointrail.chain.network import NETWORKS
from cointrail.chain.prevouts import outputs_of
from cointrail.chain.types import Outpoint, Sat, Tx, Txid, TxIn, TxOut
from cointrail.errors import BadInput, DecodeError
from cointrail.inspection.block import OK, inspect_block
from cointrail.inspection.prevouts import read_prevouts
from cointrail.inspection.raw_file import decode_file, read_raw, unhex
from cointrail.inspection.tx import inspect_tx
from support.command_line import cointrail
from support.kernel_chain import GENESIS

MAINNET, REGTEST = NETWORKS["mainnet"], NETWORKS["regtest"]
ALICE, BOB = sc.p2wpkh(bytes(20)), sc.p2pkh(bytes(range(20)))
DER = bytes.fromhex("3006020101020101") + b"\x01"


def parent(value: int, script: bytes) -> Tx:
    spent = TxIn(Outpoint(Txid(bytes([value % 251]) * 32), 0), b"", 0xFFFFFFFF)
    return tx_of(2, (spent,), (TxOut(Sat(value), script),), 0)


def child(*parents: Tx, pays: int) -> Tx:
    """Spends output 0 of each parent, with a signature in the witness."""
    ins = tuple(TxIn(Outpoint(one.txid, 0), b"", 0xFFFFFFFD, (DER, b"\x02" * 33)) for one in parents)
    return tx_of(2, ins, (TxOut(Sat(pays), BOB), TxOut(Sat(0), sc.op_return(b"hi"))), 0)


def raw(tx: Tx) -> bytes:
    return encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime)


def test_a_transaction_alone_shows_no_value_that_it_does_not_hold() -> None:
    tx = child(parent(5_000, ALICE), parent(6_000, BOB), pays=10_000)
    found = inspect_tx(raw(tx), MAINNET)
    assert (found.txid, found.outputs_sat) == (tx.txid, 10_000)
    assert (found.fee_sat, found.feerate) == (None, None)
    assert found.unknown_prevouts == tuple(i.outpoint for i in tx.inputs)
    assert [(i.known, i.value_sat, i.address) for i in found.inputs] == [(False, None, None)] * 2
    assert (found.gate.verdict, found.gate.reasons) == ("unknown", ("gate.missing_prevout",))


def test_the_transactions_that_made_the_prevouts_give_values_fee_and_verdict() -> None:
    parents = [parent(5_000, ALICE), parent(6_000, BOB)]
    tx = child(*parents, pays=10_000)
    found = inspect_tx(raw(tx), MAINNET, outputs_of(parents))
    assert found.fee_sat == 1_000
    assert found.feerate == 1_000 // tx.vsize
    assert found.unknown_prevouts == ()
    assert [i.script_type for i in found.inputs] == ["p2wpkh", "p2pkh"]
    assert (found.gate.verdict, found.gate.reasons) == ("safe", ())


def test_prevouts_of_other_transactions_change_nothing() -> None:
    tx = child(parent(5_000, ALICE), pays=1_000)
    assert inspect_tx(raw(tx), MAINNET, outputs_of([parent(7_000, ALICE)])) == inspect_tx(raw(tx), MAINNET)


def test_outputs_show_script_type_and_address_of_the_network() -> None:
    tx = child(parent(5_000, ALICE), pays=1_000)
    for network, start in ((MAINNET, "1"), (REGTEST, ("m", "n"))):
        paid, note = inspect_tx(raw(tx), network).outputs
        assert paid.address is not None
        assert paid.address.startswith(start)
        assert (paid.script_type, note.script_type, note.address) == ("p2pkh", "op_return", None)


def test_marks_of_an_input_are_named() -> None:
    found = inspect_tx(raw(child(parent(5_000, ALICE), pays=1)), MAINNET)
    assert found.inputs[0].marks == ("signed", "sighash_all", "witness")


def test_a_block_vouches_for_itself() -> None:
    found = inspect_block(GENESIS, REGTEST)
    assert found.hash == REGTEST.genesis
    assert (found.transactions, found.inputs, found.outputs) == (1, 0, 1)
    assert {kind: count for kind, count in found.script_types.items() if count} == {"p2pk": 1}
    assert (found.proof_of_work, found.merkle_root, found.witness_commitment) == (OK, OK, "no witnesses")
    assert found.height is None


def test_a_changed_block_says_what_no_longer_fits() -> None:
    assert "other transactions" in inspect_block(GENESIS[:-1] + b"\x01", REGTEST).merkle_root
    assert inspect_block(GENESIS, MAINNET).proof_of_work != OK


@given(st.binary(), st.sampled_from([b"\x00", b"g", b"\xff"]))
def test_bytes_that_are_not_hex_stay_as_they_are(data: bytes, stranger: bytes) -> None:
    assert unhex(data + stranger) == data + stranger


@given(st.binary(min_size=1), st.sampled_from(["", "\n", " \r\n"]))
def test_hex_stands_for_its_bytes_whatever_white_space_surrounds_it(data: bytes, space: str) -> None:
    assert unhex(f"{space}{data.hex().upper()}{space}".encode()) == data


def test_a_file_may_hold_raw_bytes_or_hex(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(GENESIS)
    (tmp_path / "hex").write_text(GENESIS.hex() + "\n")
    assert read_raw(tmp_path / "raw") == read_raw(tmp_path / "hex") == GENESIS


def test_a_block_file_of_a_node_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "blk00000.dat"
    path.write_bytes(REGTEST.magic + len(GENESIS).to_bytes(4, "little") + GENESIS)
    with pytest.raises(BadInput, match="block file of a node") as caught:
        read_raw(path)
    assert "ingest" in (caught.value.hint or "")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(BadInput, match="is empty"):
        read_raw(tmp_path / "empty")


def test_what_does_not_decode_is_named_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "cut"
    path.write_bytes(GENESIS[:-1])
    with pytest.raises(DecodeError, match="cut` is not a block: ") as caught:
        decode_file(path, "a block", lambda data: inspect_block(data, REGTEST))
    assert caught.value.facts["path"] == str(path)


def test_prevouts_come_from_transactions_one_a_line(tmp_path: Path) -> None:
    parents = [parent(5_000, ALICE), parent(6_000, BOB)]
    path = tmp_path / "parents.hex"
    path.write_text("\n" + "\n".join(raw(one).hex() for one in parents) + "\n\n")
    assert read_prevouts(path) == outputs_of(parents)


def test_a_line_that_is_no_transaction_is_named(tmp_path: Path) -> None:
    path = tmp_path / "parents.hex"
    path.write_text(raw(parent(5_000, ALICE)).hex() + "\nnothing\n")
    with pytest.raises(BadInput, match="line 2") as caught:
        read_prevouts(path)
    assert caught.value.facts["line"] == 2


def test_the_command_says_how_to_learn_what_is_not_known(tmp_path: Path) -> None:
    one = parent(5_000, ALICE)
    tx = child(one, pays=4_000)
    (tmp_path / "tx").write_bytes(raw(tx))
    (tmp_path / "parents").write_text(raw(one).hex())
    alone = cointrail("inspect", "tx", tmp_path / "tx")
    assert "1 of 1 spent outputs are not known" in alone.err
    assert "--prevouts" in alone.err
    whole = cointrail(
        "inspect", "tx", tmp_path / "tx", "--prevouts", tmp_path / "parents", "--format", "json"
    )
    assert (whole.err, whole.json()["fee_sat"]) == ("", 1_000)


def test_the_command_lists_a_block_in_every_form(tmp_path: Path) -> None:
    (tmp_path / "block").write_bytes(GENESIS)
    for form in ("table", "json", "csv"):
        done = cointrail("inspect", "block", tmp_path / "block", "--network", "regtest", "--format", form)
        assert done.code == 0
        assert "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b" in done.out
