"""The fast encoder of worlds against the plain one."""

from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.decode import encode_tx
from cointrail.chain.types import Outpoint, Sat, Txid, TxIn, TxOut, sha256d
from cointrail.simulate.composed.wire import to_wire

words = st.integers(0, 2**32 - 1)
inputs = st.builds(
    TxIn,
    st.builds(Outpoint, st.binary(min_size=32, max_size=32).map(Txid), words),
    st.binary(max_size=300),
    words,
    st.lists(st.binary(max_size=300), max_size=3).map(tuple),
)
outputs = st.builds(TxOut, st.integers(0, 21 * 10**14).map(Sat), st.binary(max_size=300))


@given(st.integers(1, 3), st.lists(inputs, min_size=1, max_size=4), st.lists(outputs, max_size=4), words)
def test_bytes_id_and_weight_are_those_of_the_plain_encoder(
    version: int, ins: list[TxIn], outs: list[TxOut], locktime: int
) -> None:
    made = to_wire(version, ins, outs, locktime)
    bare = encode_tx(version, [TxIn(i.outpoint, i.script_sig, i.sequence) for i in ins], outs, locktime)
    assert made.raw == encode_tx(version, ins, outs, locktime)
    assert made.txid == sha256d(bare)
    assert made.weight == 3 * len(bare) + len(made.raw)
    assert made.segwit == any(i.witness for i in ins)
