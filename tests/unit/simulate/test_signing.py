from cointrail.chain.decode import decode_tx
from cointrail.chain.script import hash160, p2pkh, p2wpkh, pushes
from cointrail.simulate.keys import Key, StandInKeys
from cointrail.simulate.locks import Kind, Lock, make_lock
from cointrail.simulate.signing import Unsigned, _Digests, sign_inputs

BIP143_TX = (
    "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffffef51"
    "e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb20600000000"
    "1976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21"
    "b2d50ce2f0167faa815988ac11000000"
)
"""The native P2WPKH example of BIP 143, unsigned."""
BIP143_KEY = "025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357"
"""The public key that its second input answers to."""


def _bip143_digests() -> _Digests:
    tx = decode_tx(bytes.fromhex(BIP143_TX))
    key_hash = hash160(bytes.fromhex(BIP143_KEY))
    lock = Lock(p2wpkh(key_hash), Kind.P2WPKH, (Key(b"", b""),), p2pkh(key_hash), "x", "receive")
    inputs = [
        Unsigned(i.outpoint.txid.raw, i.outpoint.vout, 600_000_000, lock, i.sequence, low_r=False)
        for i in tx.inputs
    ]
    return _Digests(tx.version, inputs, tx.outputs, tx.locktime)


def test_the_segwit_digest_is_that_of_bip_143() -> None:
    expected = "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670"
    assert _bip143_digests().segwit(1).hex() == expected


def _signed(kind: Kind) -> tuple[list[bytes] | None, tuple[bytes, ...], Lock]:
    keys = StandInKeys("7")
    lock = make_lock(keys, kind, "a", "a", "receive")
    [made] = sign_inputs(keys, 1, [Unsigned(b"\x01" * 32, 0, 5, lock, 9, low_r=True)], [], 0)
    return pushes(made.script_sig), made.witness, lock


def test_each_kind_shows_what_its_script_asks_for() -> None:
    for kind, items in ((Kind.P2PK, 1), (Kind.P2PKH, 2), (Kind.MULTISIG, 3), (Kind.P2SH_MULTISIG, 4)):
        pushed, witness, lock = _signed(kind)
        assert pushed is not None
        assert (len(pushed), witness) == (items, ())
        if kind is Kind.P2SH_MULTISIG:
            assert pushed[-1] == lock.inner


def test_segwit_kinds_sign_in_the_witness() -> None:
    pushed, witness, lock = _signed(Kind.P2WPKH)
    assert (pushed, witness[1]) == ([], lock.keys[0].public)
    pushed, witness, lock = _signed(Kind.P2SH_P2WPKH)
    assert pushed is not None
    assert (len(pushed), len(pushed[0]), len(witness)) == (1, 22, 2)
    pushed, witness, lock = _signed(Kind.P2WSH_MULTISIG)
    assert (pushed, witness[0], witness[-1]) == ([], b"", lock.inner)
