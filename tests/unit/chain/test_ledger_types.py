from __future__ import annotations

import pytest

from cointrail.chain.network import BY_MAGIC, NETWORKS, get_network
from cointrail.chain.types import NULL_VOUT, BlockHash, Outpoint, Sat, Txid, sha256d
from cointrail.chain.view import InputMarks, InputView, OutputView, ScriptType, TxView
from cointrail.errors import BadInput, BadOutpoint

TEXT = "00" * 31 + "ff"
TXID = Txid(b"\xff" + bytes(31))


def view(*values: int | None, coinbase: bool = False) -> TxView:
    known = [None if value is None else Sat(value) for value in values]
    spent = [InputView(Outpoint(TXID, 0), value, None, None, 0, InputMarks.NONE) for value in known]
    paid = (OutputView(Sat(7), b"", ScriptType.NONSTANDARD),)
    return TxView(TXID, 1, 0, tuple(spent), paid, coinbase)


def test_a_txid_is_shown_reversed_and_read_back() -> None:
    assert str(TXID) == TEXT
    assert Txid.parse(TEXT.upper()) == TXID


@pytest.mark.parametrize("text", ["", "ff", TEXT + "0", "g" * 64, " " + TEXT])
def test_what_is_not_64_hex_digits_is_no_id(text: str) -> None:
    with pytest.raises(BadInput, match="is not a transaction id"):
        Txid.parse(text)
    with pytest.raises(BadInput, match="is not a block hash"):
        BlockHash.parse(text)


def test_an_id_is_32_bytes() -> None:
    with pytest.raises(BadInput, match="a txid is 32 bytes, got 31"):
        Txid(bytes(31))


def test_an_outpoint_is_shown_and_read_back() -> None:
    outpoint = Outpoint(TXID, 12)
    assert str(outpoint) == f"{TEXT}:12"
    assert Outpoint.parse(f" {outpoint} ") == outpoint


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TEXT, "there is no `:` before an output number"),
        ("ff:0", "the part before `:` has 2 characters, not 64 hex digits"),
        (f"{TEXT}:", "`` is not an output number"),
        (f"{TEXT}:-1", "`-1` is not an output number"),
        (f"{TEXT}:x", "`x` is not an output number"),
        (f"{TEXT}:²", "`²` is not an output number"),
        (f"{TEXT}:{NULL_VOUT}", "is not an output number"),
    ],
)
def test_what_is_no_outpoint_is_told_why(text: str, why: str) -> None:
    with pytest.raises(BadOutpoint, match=why):
        Outpoint.parse(text)


def test_sha256d_hashes_twice() -> None:
    assert sha256d(b"hello").hex() == "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50"


def test_a_fee_is_what_is_spent_and_not_paid() -> None:
    assert view(5, 3).fee == 1


def test_a_fee_is_not_known_while_an_input_is_not() -> None:
    assert view(50, None).fee is None


def test_a_coinbase_pays_no_fee() -> None:
    assert view(coinbase=True).fee == 0


def test_a_script_type_has_a_word() -> None:
    assert [ScriptType.P2WPKH.label, ScriptType.OP_RETURN.label] == ["p2wpkh", "op_return"]


def test_a_network_is_found_by_its_name_and_its_magic() -> None:
    assert get_network("mainnet") is BY_MAGIC[bytes.fromhex("f9beb4d9")] is NETWORKS["mainnet"]


def test_an_unknown_network_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(BadInput, match="`liquid` is not a network") as caught:
        get_network("liquid")
    assert caught.value.hint == "one of: mainnet, testnet3, testnet4, signet, regtest"
