import pytest

from cointrail.chain.script import classify
from cointrail.chain.view import ScriptType
from cointrail.simulate.keys import StandInKeys
from cointrail.simulate.locks import INPUT_VSIZE, Kind, data_lock, make_lock


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.P2PK, ScriptType.P2PK),
        (Kind.P2PK_UNCOMPRESSED, ScriptType.P2PK),
        (Kind.P2PKH, ScriptType.P2PKH),
        (Kind.P2PKH_UNCOMPRESSED, ScriptType.P2PKH),
        (Kind.P2SH_P2WPKH, ScriptType.P2SH),
        (Kind.P2WPKH, ScriptType.P2WPKH),
        (Kind.MULTISIG, ScriptType.MULTISIG),
        (Kind.P2SH_MULTISIG, ScriptType.P2SH),
        (Kind.P2WSH_MULTISIG, ScriptType.P2WSH),
    ],
)
def test_each_kind_locks_as_it_says(kind: Kind, expected: ScriptType) -> None:
    lock = make_lock(StandInKeys("7"), kind, "a/1", "a", "receive")
    assert classify(lock.script) is expected
    assert kind in INPUT_VSIZE


def test_data_can_be_spent_by_nobody() -> None:
    assert classify(data_lock(b"note", "a").script) is ScriptType.OP_RETURN
