"""Tier 1: pairs of scripts that one key or one inner script unlocks. No transaction is needed.

The plain definition, one script after another. `cointrail.clustering.key_scan` finds the same links in bulk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.script import p2pkh, p2wpkh, p2wsh, payload
from cointrail.chain.view import ScriptType
from cointrail.heuristics.same_key import key_hash, nested_key_hash


class KeyLink(NamedTuple):
    """Two script numbers, the later one first, and the rule that links them."""

    later: int
    earlier: int
    rule_id: str


class ScriptView(Protocol):
    """The scripts of a chain, one by one; a `Snapshot` gives them."""

    @property
    def n_scripts(self) -> int:
        """How many scripts."""

    def script_type(self, script_num: int, /) -> ScriptType:
        """The type of a script."""

    def get_script(self, script_num: int, /) -> bytes:
        """The bytes of a script."""

    def find_script(self, script: bytes, /) -> int | None:
        """The number of a script; None where it never appeared."""

    def find_scripthash(self, sha256_of_script: bytes, /) -> int | None:
        """The number of the script with this SHA-256; None where none appeared."""

    def reveals(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
        """P2SH scripts whose redeem script was shown: numbers, and rows of its SHA-256."""


Shown = dict[bytes, list[int]]
"""SHA-256 of a redeem script that a spend has shown -> numbers of its P2SH script."""

_FORMS: dict[ScriptType, Callable[[bytes], tuple[bytes, ...]]] = {
    ScriptType.P2PK: lambda key: (p2pkh(key), p2wpkh(key)),
    ScriptType.P2WPKH: lambda key: (p2pkh(key),),
    ScriptType.P2PKH: lambda _: (),
}
"""The other forms that each form looks for; so every pair is looked for from one side."""


def find_key_links(chain: ScriptView) -> list[KeyLink]:
    """All tier 1 links, ordered by when the later script of each appeared.

    Links P2PK, P2PKH and P2WPKH of one key hash; P2WSH with the script it commits to; P2SH whose
    redeem script a spend has shown with that script, with the P2WSH of it, and with the other
    scripts of its key when it is a P2WPKH. A link needs both scripts to stand on the chain.
    """
    shown = _read_reveals(*chain.reveals())
    links = {*_links_of_redeem_scripts(chain, shown), *_links_of_scripts(chain, shown)}
    return sorted(links)


def _read_reveals(numbers: npt.NDArray[np.uint32], hashes: npt.NDArray[np.uint8]) -> Shown:
    shown: Shown = defaultdict(list)
    for number, row in zip(numbers, hashes, strict=True):
        shown[row.tobytes()].append(int(number))
    return dict(shown)


def _link(one: int, other: int | None, rule_id: str) -> Iterator[KeyLink]:
    if other is not None and other != one:
        yield KeyLink(max(one, other), min(one, other), rule_id)


def _links_of_redeem_scripts(chain: ScriptView, shown: Shown) -> Iterator[KeyLink]:
    for sha256, numbers in shown.items():
        for number in numbers:
            yield from _link(number, chain.find_scripthash(sha256), "inner_script")
            yield from _link(number, chain.find_script(p2wsh(sha256)), "inner_script")


def _links_of_scripts(chain: ScriptView, shown: Shown) -> Iterator[KeyLink]:
    """P2PKH is looked at only for nested keys: its links to the others are found from their side."""
    for number in range(chain.n_scripts):
        kind = chain.script_type(number)
        if kind == ScriptType.P2WSH:
            inner = chain.find_scripthash(payload(chain.get_script(number)))
            yield from _link(number, inner, "inner_script")
        elif kind in _FORMS:
            yield from _links_of_key(chain, number, kind, shown)


def _links_of_key(chain: ScriptView, number: int, kind: ScriptType, shown: Shown) -> Iterator[KeyLink]:
    key = key_hash(chain.get_script(number))
    if key is None:
        return
    for script in _FORMS[kind](key):
        yield from _link(number, chain.find_script(script), "same_key")
    if kind != ScriptType.P2WPKH:
        for nested in shown.get(nested_key_hash(key), ()):
            yield from _link(number, nested, "same_key")
