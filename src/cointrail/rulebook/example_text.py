"""Small transactions as a line of text: `alice:5 bob:3 -> shop:7`.

    tx       coins -> coins; nothing before the arrow is a coinbase
    coin     [COUNT*]NAME[/TYPE][!MARK...][@SEQUENCE]:SATOSHI, set apart by spaces

A name is a person with one key, so the same name is the same script, on both sides too. `10*hand:5` are
the ten people hand1 to hand10. `/TYPE` is a script type, P2WPKH where none is said; a name that begins with
`note` is an OP_RETURN. `!MARK` is what an input shows (`InputMarks`), in place of an ordinary signature.
`@ffffffff` is an input's own sequence. `alice:?` spends an output that is not known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from cointrail.chain.script import (
    classify,
    hash160,
    multisig,
    op_return,
    p2pk,
    p2pkh,
    p2sh,
    p2tr,
    p2wpkh,
    p2wsh,
    script_hash,
)
from cointrail.chain.types import Outpoint, Sat, Txid
from cointrail.chain.view import InputMarks, InputView, OutputView, TxView
from cointrail.errors import BadInput

ORDINARY = InputMarks.SIGNED | InputMarks.SIGHASH_ALL | InputMarks.WITNESS
"""What an input of a plain payment shows."""

SEQUENCE = 0xFFFFFFFD
"""Of inputs where an example says nothing: replaceable (BIP 125)."""

_COIN = re.compile(
    r"(?:(?P<count>[0-9]{1,3})\*)?(?P<name>[a-z][a-z0-9_]*)(?:/(?P<type>[a-z0-9-]+))?(?P<marks>(?:![a-z_]+)*)"
    r"(?:@(?P<sequence>[0-9a-f]{8}))?"
    r":(?P<value>\?|[0-9][0-9_]*)"
)


@dataclass(frozen=True, slots=True)
class Coins:
    """One coin of a side, or several alike.

    Attributes:
        name: of the person; several are numbered from 1.
        count: how many coins.
        value: satoshi of each; None: not known.
        type: of the script, as it was written; empty where nothing was.
        marks: what the inputs show.
        sequence: of the inputs; None: that of the example.
    """

    name: str
    count: int
    value: int | None
    type: str
    marks: InputMarks
    sequence: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the people."""
        return (self.name,) if self.count == 1 else tuple(f"{self.name}{k + 1}" for k in range(self.count))

    @property
    def is_note(self) -> bool:
        """Whether it is an OP_RETURN."""
        return self.name.startswith("note")


@dataclass(frozen=True, slots=True)
class Sides:
    """What a transaction spends and makes, as written."""

    ins: tuple[Coins, ...]
    outs: tuple[Coins, ...]

    @property
    def in_names(self) -> tuple[str, ...]:
        """A name for each input."""
        return tuple(name for coins in self.ins for name in coins.names)

    @property
    def out_names(self) -> tuple[str, ...]:
        """A name for each output."""
        return tuple(name for coins in self.outs for name in coins.names)


def parse_sides(text: str) -> Sides:
    """Read a transaction.

    Raises:
        BadInput: it is not written as above.
    """
    ins, arrow, outs = text.partition("->")
    if not arrow:
        raise BadInput(f"`{text}` has no `->`", hint="write `alice:5 bob:3 -> shop:7`", value=text)
    return Sides(*(tuple(_coins(one) for one in side.split()) for side in (ins, outs)))


def _coins(text: str) -> Coins:
    match = _COIN.fullmatch(text)
    if match is None:
        raise BadInput(
            f"`{text}` is not a coin", hint="write `alice:5`, `3*hand:5` or `bob/p2pkh:5`", value=text
        )
    marks = [_mark(word) for word in match["marks"].split("!") if word]
    value = None if match["value"] == "?" else int(match["value"].replace("_", ""))
    count = int(match["count"] or 1)
    shown = reduce(or_, marks) if marks else ORDINARY
    sequence = int(match["sequence"], 16) if match["sequence"] else None
    return Coins(match["name"], count, value, match["type"] or "", shown, sequence)


def _mark(word: str) -> InputMarks:
    try:
        return InputMarks[word.upper()]
    except KeyError:
        known = ", ".join(mark.name.lower() for mark in InputMarks if mark.name)
        raise BadInput(f"`{word}` is not a mark", hint=f"one of: {known}", value=word) from None


def _key(name: str) -> bytes:
    return b"\x02" + hashlib.sha256(name.encode()).digest()


def _nested(name: str) -> bytes:
    return p2sh(hash160(p2wpkh(hash160(_key(name)))))


_TYPES: dict[str, Callable[[str], bytes]] = {
    "p2pk": lambda name: p2pk(_key(name)),
    "p2pkh": lambda name: p2pkh(hash160(_key(name))),
    "p2wpkh": lambda name: p2wpkh(hash160(_key(name))),
    "p2sh-p2wpkh": _nested,
    "p2sh": lambda name: p2sh(hash160(name.encode())),
    "p2wsh": lambda name: p2wsh(script_hash(name.encode())),
    "p2tr": lambda name: p2tr(_key(name)[1:]),
    "multisig": lambda name: multisig(1, [_key(name), _key(name + "'")]),
    "note": lambda name: op_return(name.encode()),
}


def script_of(name: str, kind: str = "") -> bytes:
    """The locking script of a person, of a type as examples write it.

    Raises:
        BadInput: there is no such type.
    """
    word = kind or ("note" if name.startswith("note") else "p2wpkh")
    if word not in _TYPES:
        raise BadInput(f"`{word}` is not a script type", hint=f"one of: {', '.join(_TYPES)}", value=word)
    return _TYPES[word](name)


def view_of_sides(
    sides: Sides,
    *,
    height: int | None = None,
    version: int = 2,
    locktime: int = 0,
    sequence: int = SEQUENCE,
    weight: int | None = None,
) -> TxView:
    """The transaction as rules look at it; its id, and what it spends, are made up from its text."""
    inputs = tuple(
        _input(name, coins, place, sequence)
        for place, (name, coins) in enumerate((name, coins) for coins in sides.ins for name in coins.names)
    )
    outputs = tuple(_output(name, coins) for coins in sides.outs for name in coins.names)
    txid = Txid(hashlib.sha256(repr((inputs, outputs, height, version, locktime)).encode()).digest())
    return TxView(txid, version, locktime, inputs, outputs, not inputs, height, weight)


def source_of(name: str) -> Txid:
    """The id of the transaction that the coins of a person come from."""
    return Txid(hashlib.sha256(f"what made the coins of {name}".encode()).digest())


def _input(name: str, coins: Coins, place: int, sequence: int) -> InputView:
    outpoint = Outpoint(source_of(name), place)
    sequence = sequence if coins.sequence is None else coins.sequence
    if coins.value is None:
        return InputView(outpoint, None, None, None, sequence, coins.marks)
    script = script_of(name, coins.type)
    return InputView(outpoint, Sat(coins.value), script, classify(script), sequence, coins.marks)


def _output(name: str, coins: Coins) -> OutputView:
    script = script_of(name, coins.type)
    return OutputView(Sat(coins.value or 0), script, classify(script))
