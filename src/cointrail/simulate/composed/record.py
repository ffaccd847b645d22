"""The truth files of a composed world, written line by line while it grows.

Lines stand in the order of the chain, so the nth line of `outputs.csv` is about the nth output. Nothing is
kept in memory but the sums of who paid whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from cointrail.simulate.composed.roles import FEE, MINED, NOBODY, OWNER_KINDS, ROLES, TRUTH_FILES, TX_KINDS
from cointrail.simulate.locks import Lock

_FLUSH_LINES = 20_000
_ONE_MORE = 1 << 64
"""A flow is one number: how often, times this, and satoshi. There are many, and lists take far more."""


class Record:
    """Open truth files; a context manager that closes them."""

    def __init__(self, folder: Path, era: int) -> None:
        folder.mkdir(parents=True)
        self._files = {name: (folder / f"{name}.csv").open("w", encoding="utf-8") for name in TRUTH_FILES}
        for name, (header, _) in TRUTH_FILES.items():
            self._files[name].write(f"{header}\n")
        self._lines: dict[str, list[str]] = {name: [] for name in TRUTH_FILES}
        self._era = era
        self.kinds: dict[str, str] = {}
        self._profiles: dict[str, str] = {}
        self._flows: dict[tuple[str, str], int] = {}
        self._moves: dict[bytes, list[tuple[str, int]]] = {}
        self.enter(NOBODY, NOBODY, "")

    def __enter__(self) -> Self:
        """The record itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all files; what was summed up is written only when all went well."""
        if kind is None:
            self._write_sums()
        for name, file in self._files.items():
            file.writelines(self._lines[name])
            file.close()

    def enter(self, owner: str, kind: str, profile: str) -> None:
        """Introduce a hand: what it is, and by which wallet program it can be told."""
        assert kind in OWNER_KINDS, kind
        self.kinds[owner] = kind
        self._profiles[owner] = profile

    def flow(self, payer: str, payee: str, value: int) -> None:
        """Add to what `payer` truly paid to `payee`."""
        pair = payer, payee
        self._flows[pair] = self._flows.get(pair, 0) + _ONE_MORE + value

    def transaction(  # noqa: PLR0917 - in the order of the file
        self, txid: str, height: int, kind: str, maker: str, fee: int, change: str
    ) -> None:
        """A line of `transactions.csv`; `change` names outputs by number, with blanks between."""
        assert kind in TX_KINDS, kind
        self._add("transactions", f"{txid},{height},{kind},{maker},{fee},{change}\n")

    def output(  # noqa: PLR0917 - in the order of the file
        self, txid: str, vout: int, role: str, lock: Lock, payer: str, value: int, height: int
    ) -> None:
        """A line of `outputs.csv`, and of `scripts.csv` when the script is new."""
        assert role in ROLES, role
        owner = lock.owner
        self._add("outputs", f"{txid},{vout},{role},{owner},{payer},{value}\n")
        if not lock.told:
            lock.told = True
            kind = self.kinds[owner]
            self._add("scripts", f"{lock.script.hex()},,{owner},{kind},{lock.role},{height}\n")

    def join(self, txid: str, side: str, slots: Sequence[tuple[int, str]]) -> None:
        """Who brought which input, or took which output: slot and owner by place."""
        for place, (slot, owner) in enumerate(slots):
            self._add("joins", f"{txid},{side},{place},{slot},{owner}\n")

    def movement(  # noqa: PLR0917 - in the order of the file
        self, file: str, txid: str, vout: int, exchange: str, customer: str, value: int
    ) -> None:
        """A line of `deposits.csv` or `withdrawals.csv`; accounts are named after their customers."""
        self._add(file, f"{txid},{vout},{exchange},{exchange}/{customer},{customer},{value}\n")

    def move(self, lock: Lock, owner: str, height: int) -> None:
        """From `height` on, `owner` decides over `lock`."""
        self._moves.setdefault(lock.script, [(lock.owner, 0)]).append((owner, height))

    def _add(self, file: str, line: str) -> None:
        lines = self._lines[file]
        lines.append(line)
        if len(lines) > _FLUSH_LINES:
            self._files[file].write("".join(lines))
            lines.clear()

    def _write_sums(self) -> None:
        for owner, kind in self.kinds.items():
            self._add("entities", f"{owner},{kind},{self._era},{self._profiles[owner]}\n")
        for (payer, payee), packed in sorted(self._flows.items()):
            count, value = divmod(packed, _ONE_MORE)
            self._add("flows", f"{payer},{payee},{count},{value}\n")
        for script, spans in self._moves.items():
            for (owner, since), (_, until) in zip(spans, (*spans[1:], ("", -1)), strict=True):
                end = until if until >= 0 else ""
                self._add("custody", f"{script.hex()},{owner},{since},{end}\n")


class Value(Protocol):
    """Satoshi at a lock: a coin or an output."""

    @property
    def lock(self) -> Lock:
        """Whose."""

    @property
    def value(self) -> int:
        """How much."""


def single_owner_flows(record: Record, payer: str, fee: int, outputs: Iterable[Value]) -> None:
    """Note the flows of a transaction that one hand paid for: what left it, and the fee."""
    for output in outputs:
        if output.value and output.lock.owner != payer:
            record.flow(payer, output.lock.owner, output.value)
    if fee:
        record.flow(payer, FEE, fee)


def shared_flows(
    record: Record,
    given: Iterable[Value],
    taken: Iterable[Value],
    flows: Sequence[tuple[str, str, int]],
) -> None:
    """Note the stated `flows` of a transaction of several hands; the rest of each hand's loss is its fee.

    Raises:
        ValueError: somebody got more than the flows explain.
    """
    rest: dict[str, int] = {}
    for coin in given:
        rest[coin.lock.owner] = rest.get(coin.lock.owner, 0) + coin.value
    for output in taken:
        rest[output.lock.owner] = rest.get(output.lock.owner, 0) - output.value
    for payer, payee, value in flows:
        record.flow(payer, payee, value)
        rest[payer] = rest.get(payer, 0) - value
        rest[payee] = rest.get(payee, 0) + value
    for owner, fee in rest.items():
        if fee < 0:
            raise ValueError(f"{owner} got {-fee} sat that no flow explains")
        if fee:
            record.flow(owner, FEE, fee)


def mined(record: Record, pool: str, value: int) -> None:
    """Note a block's reward."""
    record.flow(MINED, pool, value)
