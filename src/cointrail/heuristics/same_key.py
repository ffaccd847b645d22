"""Scripts that the same key, or the same inner script, unlocks. Needs no transaction."""

from __future__ import annotations

from cointrail.chain.script import classify, hash160, p2wpkh, payload, script_hash
from cointrail.chain.view import ScriptType
from cointrail.heuristics.base import Abstained, Linked, Tier, rule


def key_hash(script: bytes) -> bytes | None:
    """The `hash160` of the one key that unlocks a script; None where it takes anything else."""
    match classify(script):
        case ScriptType.P2PKH | ScriptType.P2WPKH:
            return payload(script)
        case ScriptType.P2PK:
            return hash160(payload(script))
        case _:
            return None


@rule("same_key", version=1, tier=Tier.T1)
def same_key(one: bytes, other: bytes) -> Linked | Abstained:
    """Link two locking scripts that the same public key unlocks: P2PK, P2PKH, P2WPKH.

    A P2SH whose redeem script is the P2WPKH of that key belongs to them (`inner_script`), also when
    the redeem script itself was never paid.

    Source: BIP 16, 141, 143; BlockSci links address types of one key before clustering.
    Wrong when: two people hold one key; then either could always have spent what the other received.
    Abstains on: scripts of several keys; a key in its long and in its short form, whose hashes differ.
    Needs: the two scripts; a hash shows the key's identity before the key itself is shown.
    """
    first = key_hash(one)
    if first is None or one == other or first != key_hash(other):
        return Abstained("not two scripts of one key")
    return Linked(frozenset({one, other}), because=f"both are unlocked by the key of hash {first.hex()}")


@rule("inner_script", version=1, tier=Tier.T1)
def inner_script(outer: bytes, inner: bytes) -> Linked | Abstained:
    """Link a P2SH or P2WSH script with the script it stands for.

    Source: BIP 16, BIP 141; BlockSci links nested scripts before clustering.
    Wrong when: never as to what unlocks them; the inner script may itself need several people.
    Abstains on: an outer script that does not commit to the inner one.
    Needs: both scripts; for P2SH, that a spend has shown the redeem script.
    """
    kind = classify(outer)
    commits = (kind == ScriptType.P2WSH and payload(outer) == script_hash(inner)) or (
        kind == ScriptType.P2SH and payload(outer) == hash160(inner)
    )
    if not commits:
        return Abstained("the outer script does not commit to the inner one")
    return Linked(frozenset({outer, inner}), because=f"{kind.label} of the other script")


def nested_key_hash(redeem_key_hash: bytes) -> bytes:
    """SHA-256 of the P2WPKH redeem script of a key hash: what a P2SH-P2WPKH spend shows of it."""
    return script_hash(p2wpkh(redeem_key_hash))
