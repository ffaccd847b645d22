"""What is true in a world, by the numbers of the store that holds its chain.

Reads the truth files of the demo's world and of composed worlds. Both name every output's owner; only
composed worlds say what each transaction is, and whose scripts changed hands.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.errors import BadInput, NotFound
from cointrail.store.reader import Snapshot

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.integer[Any]]
Columns = dict[str, tuple[str, ...]]

_SPAN = ("script_hex", "owner", "from_height")

UNTOLD = "untold"
"""The kind of a transaction in a world that does not say it."""

PAYJOIN = "payjoin"
"""The kind of a transaction in which payer and payee both sign, as worlds call it."""


@dataclass(frozen=True, slots=True)
class Spans:
    """From when on somebody else decides over a script; sorted.

    Attributes:
        since: script number in the upper, height in the lower 32 bits.
        hand: who decides from there on.
    """

    since: U64
    hand: I32


@dataclass(frozen=True, slots=True)
class Truth:
    """Hands and kinds as columns.

    Attributes:
        hands: their names.
        hand_kinds: what each is: person, exchange ...
        output_hand: per output its owner when it was made.
        output_role: per output what it was for, as a place in `roles`.
        roles: words for these.
        script_hand: per script its first owner.
        spans: scripts that changed hands.
        moved: per script whether it is one of these.
        tx_kinds: words for kinds of transactions.
        tx_kind: per transaction its place in them.
        digest: SHA-256 over the truth files, in hex.
    """

    hands: tuple[str, ...]
    hand_kinds: tuple[str, ...]
    output_hand: I32
    output_role: I32
    roles: tuple[str, ...]
    script_hand: I32
    spans: Spans
    moved: npt.NDArray[np.bool_]
    tx_kinds: tuple[str, ...]
    tx_kind: I32
    digest: str

    def is_payjoin(self, txs: Numbers) -> npt.NDArray[np.bool_]:
        """Whether transactions are PayJoins; False where the world does not say what they are."""
        if PAYJOIN not in self.tx_kinds:
            return np.zeros(len(txs), np.bool_)
        found: npt.NDArray[np.bool_] = self.tx_kind[txs] == self.tx_kinds.index(PAYJOIN)
        return found

    def owner_at(self, scripts: Numbers, heights: Numbers) -> I32:
        """Who decides over scripts in blocks of some heights."""
        found: I32 = self.script_hand[scripts]
        if not len(self.spans.since):
            return found
        wanted = _span_key(scripts, heights)
        at = np.searchsorted(self.spans.since, wanted, side="right") - 1
        held = (at >= 0) & (self.spans.since[at] >> np.uint64(32) == scripts.astype(np.uint64))
        found[held] = self.spans.hand[at[held]]
        return found


def read_truth(world: Path, snapshot: Snapshot) -> Truth:
    """The truth of a world, given the store of its chain.

    Raises:
        NotFound: the folder holds no world with truth files.
        BadInput: they are not of this chain, or hold something else than is expected.
    """
    folder = world / "truth"
    try:
        return _read(folder, snapshot)
    except (ValueError, KeyError) as error:
        raise BadInput(
            f"`{folder}` does not hold the truth of a world: {error}",
            hint="name a folder that `cointrail simulate` wrote",
            path=str(folder),
        ) from error


def _read(folder: Path, snapshot: Snapshot) -> Truth:
    outputs, scripts = read_columns(folder / "outputs.csv"), read_columns(folder / "scripts.csv")
    custody = folder / "custody.csv"
    moves: Columns = dict.fromkeys(_SPAN, ())
    if custody.exists():
        moves = read_columns(custody)
    owners = np.array([*outputs["owner"], *moves["owner"]])
    hands, codes = np.unique(owners, return_inverse=True)
    numbers = _output_numbers(snapshot, outputs, folder)
    output_hand = np.empty(snapshot.n_outputs, np.int32)
    output_hand[numbers] = codes[: len(numbers)]
    told = outputs.get("role", (UNTOLD,) * len(numbers))
    roles, role_codes = np.unique(np.array(told), return_inverse=True)
    output_role = np.empty(snapshot.n_outputs, np.int32)
    output_role[numbers] = role_codes
    script_hand = output_hand[snapshot.column("scripts.first_output").all()]
    kinds = dict(zip(scripts["owner"], scripts["owner_kind"], strict=True))
    names = tuple(hands.tolist())
    spans = _read_spans(snapshot, moves, codes[len(numbers) :].astype(np.int32))
    moved = np.zeros(snapshot.n_scripts, np.bool_)
    moved[(spans.since >> np.uint64(32)).astype(np.int64)] = True
    tx_kinds, tx_kind = _read_kinds(folder / "transactions.csv", snapshot, folder)
    return Truth(
        names,
        tuple(kinds.get(name, "") for name in names),
        output_hand,
        output_role,
        tuple(roles.tolist()),
        script_hand,
        spans,
        moved,
        tx_kinds,
        tx_kind,
        _digest(folder),
    )


def read_columns(path: Path) -> Columns:
    """The columns of a CSV file by name.

    Raises:
        NotFound: there is no such file.
        BadInput: its lines differ in length.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            heads = next(rows, [])
            columns = list(zip(*rows, strict=True))
            return dict(zip(heads, columns or [()] * len(heads), strict=True))
    except FileNotFoundError as error:
        raise NotFound(
            f"`{path}` is not there",
            hint="name a folder that `cointrail simulate` wrote",
            path=str(path),
        ) from error
    except (ValueError, csv.Error) as error:
        raise BadInput(f"`{path}` is no table: {error}", path=str(path)) from error


def _output_numbers(snapshot: Snapshot, outputs: Columns, folder: Path) -> I64:
    """The store's number of each output that is told of; all of them, each once."""
    txs = _tx_numbers(snapshot, outputs["txid"], folder)
    numbers = snapshot.column("txs.first_output").take(txs).astype(np.int64)
    numbers += np.array(outputs["vout"], np.int64)
    every = np.zeros(snapshot.n_outputs, np.bool_)
    if len(numbers) != snapshot.n_outputs or numbers.max(initial=-1) >= snapshot.n_outputs:
        raise _other_chain(folder)
    every[numbers] = True
    if not every.all():
        raise _other_chain(folder)
    return numbers


def _tx_numbers(snapshot: Snapshot, txids: tuple[str, ...], folder: Path) -> I64:
    """The store's numbers of transactions by their ids."""
    wanted = np.frombuffer(bytes.fromhex("".join(txids)), np.uint8).reshape(-1, 32)[:, ::-1]
    held = snapshot.column("txs.txid").all()
    keys, asked = _prefixes(held), _prefixes(wanted)
    order = np.argsort(keys, kind="stable")
    at = np.searchsorted(keys[order], asked)
    numbers: I64 = order[np.minimum(at, len(order) - 1)].astype(np.int64)
    if not (held[numbers] == wanted).all():
        raise _other_chain(folder)
    return numbers


def _prefixes(txids: npt.NDArray[np.uint8]) -> U64:
    """The first eight bytes of ids as numbers."""
    return np.ascontiguousarray(txids[:, :8]).view("<u8").reshape(-1)


def _other_chain(folder: Path) -> BadInput:
    return BadInput(
        f"`{folder}` tells of another chain than the store holds",
        hint="ingest the blocks of this very world",
        path=str(folder),
    )


def _read_kinds(path: Path, snapshot: Snapshot, folder: Path) -> tuple[tuple[str, ...], I32]:
    if not path.exists():
        return (UNTOLD,), np.zeros(snapshot.n_txs, np.int32)
    told = read_columns(path)
    if len(told["txid"]) != snapshot.n_txs:
        raise _other_chain(folder)
    words, codes = np.unique(np.array(told["kind"]), return_inverse=True)
    kinds = np.empty(snapshot.n_txs, np.int32)
    kinds[_tx_numbers(snapshot, told["txid"], folder)] = codes
    return tuple(words.tolist()), kinds


def _read_spans(snapshot: Snapshot, moves: Columns, hands: I32) -> Spans:
    """Scripts that changed hands; those that no output has are of no account."""
    found = [snapshot.find_script(bytes.fromhex(script)) for script in moves["script_hex"]]
    held = np.array([number is not None for number in found], np.bool_)
    scripts = np.array([number or 0 for number in found], np.int64)[held]
    since = _span_key(scripts, np.array(moves["from_height"], np.int64)[held])
    order = np.argsort(since, kind="stable")
    return Spans(since[order], hands[held][order])


def _span_key(scripts: Numbers, heights: Numbers) -> U64:
    return scripts.astype(np.uint64) << np.uint64(32) | heights.astype(np.uint64)


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        whole.update(f"{path.name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
