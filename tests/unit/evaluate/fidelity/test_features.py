"""What a transaction shows without its spent outputs."""

import numpy as np

from cointrail.chain.decode import decode_tx, encode_tx
from cointrail.chain.script import hash160, op_return, p2pkh, p2sh, p2wpkh, p2wsh, push, script_hash
from cointrail.chain.types import Outpoint, Sat, Tx, Txid, TxIn, TxOut
from cointrail.evaluate.fidelity.features import (
    COLUMN,
    FEATURES,
    UNKNOWN,
    WINDOW,
    InputKind,
    Row,
    Spending,
    kind_of_input,
    rows_of_block,
    shown_script,
)

KEY = b"\x02" + bytes(range(32))
SIGNATURE = bytes.fromhex("3044") + b"\x02\x20" + b"\x01" * 32 + b"\x02\x20" + b"\x02" * 32 + b"\x01"
PAIR = b"\x52" + push(KEY) + push(KEY) + b"\x52\xae"


def point(n: int = 1, vout: int = 0) -> Outpoint:
    return Outpoint(Txid(bytes([n]) * 32), vout)


def old(outpoint: Outpoint, sequence: int = 0xFFFFFFFF) -> TxIn:
    return TxIn(outpoint, push(SIGNATURE) + push(KEY), sequence)


def tx(inputs: list[TxIn], outputs: list[tuple[int, bytes]], locktime: int = 0) -> Tx:
    made = [TxOut(Sat(value), script) for value, script in outputs]
    return decode_tx(encode_tx(2, inputs, made, locktime))


def row(one: Tx, height: int = 1_000, spending: Spending = Spending()) -> Row:  # noqa: B008 - frozen
    return next(rows_of_block([one], height, {one.txid.raw: spending}))


def of(found: Row, name: str) -> int:
    return found[COLUMN[name]]


SOMEBODY = p2pkh(b"\x11" * 20)


def test_every_feature_has_one_column_and_a_row_fills_them_all() -> None:
    assert len(row(tx([old(point())], [(1, SOMEBODY)]))) == len(FEATURES) == len(COLUMN)


def test_inputs_tell_how_they_were_opened() -> None:
    assert kind_of_input(old(point())) is InputKind.P2PKH
    assert kind_of_input(TxIn(point(), push(SIGNATURE), 0)) is InputKind.P2PK
    assert kind_of_input(TxIn(point(), b"\x00" + push(SIGNATURE) + push(PAIR), 0)) is InputKind.P2SH
    assert kind_of_input(TxIn(point(), b"", 0, (SIGNATURE, KEY))) is InputKind.P2WPKH
    assert kind_of_input(TxIn(point(), b"", 0, (b"", SIGNATURE, PAIR))) is InputKind.P2WSH
    assert kind_of_input(TxIn(point(), b"", 0, (bytes(64),))) is InputKind.TAPROOT_KEY
    assert (
        kind_of_input(TxIn(point(), b"", 0, (bytes(64), b"\x51", b"\xc0" + bytes(32))))
        is InputKind.TAPROOT_SCRIPT
    )
    nested = TxIn(point(), push(p2wpkh(hash160(KEY))), 0, (SIGNATURE, KEY))
    assert kind_of_input(nested) is InputKind.P2SH_P2WPKH
    shared = TxIn(point(), push(p2wsh(script_hash(PAIR))), 0, (b"", SIGNATURE, PAIR))
    assert kind_of_input(shared) is InputKind.P2SH_P2WSH
    assert kind_of_input(TxIn(point(), b"", 0)) is InputKind.OTHER


def test_the_locking_script_is_what_the_inputs_bytes_give_away() -> None:
    assert shown_script(old(point())) == p2pkh(hash160(KEY))
    assert shown_script(TxIn(point(), b"", 0, (SIGNATURE, KEY))) == p2wpkh(hash160(KEY))
    assert shown_script(TxIn(point(), b"\x00" + push(SIGNATURE) + push(PAIR), 0)) == p2sh(hash160(PAIR))
    assert shown_script(TxIn(point(), b"", 0, (b"", SIGNATURE, PAIR))) == p2wsh(script_hash(PAIR))
    assert shown_script(TxIn(point(), b"", 0, (bytes(64),))) is None


def test_change_to_the_spent_address_and_a_spent_pair_of_one_address_are_seen() -> None:
    found = row(tx([old(point(1)), old(point(2))], [(5, p2pkh(hash160(KEY))), (6, SOMEBODY)]))
    assert (of(found, "self_change"), of(found, "same_input")) == (1, 1)
    assert of(found, "like_input") == 2


def test_sums_show_their_size_their_zeros_and_their_order() -> None:
    found = row(tx([old(point())], [(1_230_000, SOMEBODY), (45, SOMEBODY), (0, op_return(b"note"))]))
    assert (of(found, "round_most"), of(found, "round_least")) == (4, 0)
    assert (of(found, "largest"), of(found, "smallest")) == (61, 17)
    assert (of(found, "output_order"), of(found, "large_first")) == (2, 1)
    assert (of(found, "out_data"), of(found, "data_bytes"), of(found, "dust")) == (1, 6, 1)


def test_a_locktime_near_the_tip_is_told_from_others() -> None:
    def locktime(value: int) -> int:
        return of(row(tx([old(point())], [(1, SOMEBODY)], locktime=value)), "locktime")

    assert [locktime(n) for n in (0, 999, 898, 897, 1_001, 1_700_000_000)] == [0, 1, 1, 2, 2, 3]


def test_sequences_of_several_sorts_are_a_sort_of_their_own() -> None:
    def sequence(*values: int) -> int:
        inputs = [old(point(n + 1), value) for n, value in enumerate(values)]
        return of(row(tx(inputs, [(1, SOMEBODY)])), "sequence")

    assert sequence(0xFFFFFFFF) == 0
    assert sequence(0xFFFFFFFD, 0xFFFFFFFD) == 2
    assert sequence(5) == 3
    assert sequence(0xFFFFFFFE, 0xFFFFFFFF) == 4


def test_reuse_and_chains_are_looked_for_among_the_hundred_before_and_no_further() -> None:
    first = tx([old(point(1))], [(7, SOMEBODY)])
    others = [tx([old(point(2, n))], [(n + 1, p2pkh(n.to_bytes(20, "big")))]) for n in range(WINDOW)]
    child = tx([old(Outpoint(first.txid, 0))], [(3, SOMEBODY)])

    def last(block: list[Tx]) -> tuple[int, int]:
        found = list(rows_of_block(block, 10, {}))[-1]
        return of(found, "seen_output"), of(found, "chained")

    assert last([first, *others[1:], child]) == (1, 1)
    assert last([first, *others, child]) == (0, 0)


def test_what_a_transaction_spends_is_unknown_unless_it_is_told() -> None:
    one = tx([old(point())], [(1, SOMEBODY)])
    assert of(row(one), "fee_rate") == of(row(one), "coin_age") == UNKNOWN
    told = row(one, spending=Spending(fee=2 * one.vsize, age=2 * 86_400))
    assert (of(told, "fee_rate"), of(told, "coin_age")) == (20, 2)


def test_rows_of_worlds_and_blocks_fit_one_table() -> None:
    rows = [row(tx([old(point(n))], [(n, SOMEBODY)])) for n in (1, 2)]
    assert np.array(rows, dtype=np.int64).shape == (2, len(FEATURES))
