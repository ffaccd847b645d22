"""Tier 1: pairs of scripts that one key or one inner script unlocks. No transaction is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.chain.script import p2pkh, p2wpkh, p2wsh, payload
from cointrail.chain.view import ScriptType
from cointrail.clustering.chain_view import ChainView
from cointrail.heuristics.same_key import key_hash, nested_key_hash


class KeyLink(NamedTuple):
    """Two script numbers, the later one first, and the rule that links them."""

    later: int
    earlier: int
    rule_id: str


Shown = dict[bytes, int]
"""SHA-256 of a redeem script that a spend has shown -> number of its P2SH script."""

_FORMS: dict[ScriptType, Callable[[bytes], tuple[bytes, ...]]] = {
    ScriptType.P2PK: lambda key: (p2pkh(key), p2wpkh(key)),
    ScriptType.P2WPKH: lambda key: (p2pkh(key),),
    ScriptType.P2PKH: lambda _: (),
}
"""The other forms that each form looks for; so every pair is looked for from one side."""

_CHUNK = 1 << 20
"""Scripts whose types are looked at in one go."""


def find_key_links(chain: ChainView) -> list[KeyLink]:
    """All tier 1 links, ordered by when the later script of each appeared.

    Links P2PK, P2PKH and P2WPKH of one key hash; P2WSH with the script it commits to; P2SH whose
    redeem script a spend has shown with that script, with the P2WSH of it, and with the other
    scripts of its key when it is a P2WPKH. A link needs both scripts to stand on the chain.
    """
    shown = _read_reveals(*chain.reveals())
    links = {*_links_of_redeem_scripts(chain, shown), *_links_of_scripts(chain, shown)}
    return sorted(links)


def _read_reveals(numbers: npt.NDArray[np.uint32], hashes: npt.NDArray[np.uint8]) -> Shown:
    return {row.tobytes(): int(number) for number, row in zip(numbers, hashes, strict=True)}


def _link(one: int, other: int | None, rule_id: str) -> Iterator[KeyLink]:
    if other is not None and other != one:
        yield KeyLink(max(one, other), min(one, other), rule_id)


def _links_of_redeem_scripts(chain: ChainView, shown: Shown) -> Iterator[KeyLink]:
    for sha256, number in shown.items():
        yield from _link(number, chain.find_scripthash(sha256), "inner_script")
        yield from _link(number, chain.find_script(p2wsh(sha256)), "inner_script")


def _links_of_scripts(chain: ChainView, shown: Shown) -> Iterator[KeyLink]:
    """P2PKH is looked at only for nested keys: its links to the others are found from their side."""
    wanted = [ScriptType.P2PK, ScriptType.P2WPKH, ScriptType.P2WSH]
    if shown:
        wanted.append(ScriptType.P2PKH)
    for first in range(0, chain.n_scripts, _CHUNK):
        types = chain.script_types(first, min(first + _CHUNK, chain.n_scripts))
        for at in np.flatnonzero(np.isin(types, wanted)):
            number, kind = first + int(at), ScriptType(int(types[at]))
            if kind == ScriptType.P2WSH:
                inner = chain.find_scripthash(payload(chain.get_script(number)))
                yield from _link(number, inner, "inner_script")
            else:
                yield from _links_of_key(chain, number, kind, shown)


def _links_of_key(chain: ChainView, number: int, kind: ScriptType, shown: Shown) -> Iterator[KeyLink]:
    key = key_hash(chain.get_script(number))
    if key is None:
        return
    for script in _FORMS[kind](key):
        yield from _link(number, chain.find_script(script), "same_key")
    nested = shown.get(nested_key_hash(key)) if shown else None
    if kind != ScriptType.P2WPKH:
        yield from _link(number, nested, "same_key")
