"""An account in which moneys mix: whose they are after each payment, by four conventions.

A court may ask for any of them: first in first out (Clayton's Case, 1816), last in first out, pro rata
(the rolling charge), and the lowest intermediate balance (Roscoe v Winder, 1915). Methods 4.7.

An account is a custodian's, by its own disclosure, or a cluster's, transaction by transaction. Whole
satoshi, nothing made or lost: what a label paid in is what left under it and what is still there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cointrail.errors import BadInput
from cointrail.tracing.taint import haircut

Shares = dict[str, int]
"""Satoshi by label, zeros left out."""


class Entry(NamedTuple):
    """One movement: `sat` paid in, under a label or as the account's own; or, below zero, paid out."""

    sat: int
    label: str | None = None


class Method(StrEnum):
    """Whose money leaves first."""

    FIFO = "fifo"
    """The money that came first."""
    LIFO = "lifo"
    """The money that came last."""
    PRO_RATA = "pro_rata"
    """Of everybody's in proportion."""
    LOWEST_BALANCE = "lowest_balance"
    """The account's own as long as there is any; later money of its own does not make good for what left."""


@dataclass(frozen=True, slots=True)
class AccountFlow:
    """Whose money left with each payment out, in order, and whose is left."""

    paid: tuple[Shares, ...]
    left: Shares


def account_flow(method: Method, entries: Sequence[Entry]) -> AccountFlow:
    """Follow labelled money through an account.

    Args:
        method: whose money leaves first.
        entries: in the order of the account.

    Raises:
        BadInput: the account pays out more than it has, or labels money that it pays out.
    """
    _check(entries)
    return _METHODS[method](entries)


def lowest_balance_claim(entries: Sequence[Entry], label: str) -> int:
    """What a label may still claim: no more than the lowest balance since its money came in."""
    return account_flow(Method.LOWEST_BALANCE, entries).left.get(label, 0)


def _check(entries: Sequence[Entry]) -> None:
    balance = 0
    for place, entry in enumerate(entries):
        if entry.sat < 0 and entry.label is not None:
            raise BadInput(
                f"entry {place} pays out under the label `{entry.label}`; only credits have labels"
            )
        balance += entry.sat
        if balance < 0:
            raise BadInput(
                f"entry {place} pays out {-entry.sat} sat of an account that holds {balance - entry.sat} sat",
                entry=place,
            )


def _queue(entries: Sequence[Entry], take: int) -> AccountFlow:
    """Credits in a row; payments take from one end: 0 the first, -1 the last."""
    row: list[Entry] = []
    first = 0
    paid: list[Shares] = []
    for entry in entries:
        if entry.sat >= 0:
            row.append(entry)
            continue
        due, shares = -entry.sat, defaultdict[str, int](int)
        while due:
            at = first if take == 0 else len(row) - 1
            taken = min(due, row[at].sat)
            if row[at].label is not None:
                shares[str(row[at].label)] += taken
            due -= taken
            row[at] = row[at]._replace(sat=row[at].sat - taken)
            if row[at].sat:
                continue
            if take == 0:
                first += 1
            else:
                row.pop()
        paid.append(_without_zeros(shares))
    left = defaultdict[str, int](int)
    for entry in row[first:]:
        if entry.label is not None:
            left[entry.label] += entry.sat
    return AccountFlow(tuple(paid), _without_zeros(left))


def _pro_rata(entries: Sequence[Entry]) -> AccountFlow:
    """Each payment takes of every label, and of the account's own, what its share of the balance is."""
    held: dict[str | None, int] = {None: 0}
    paid: list[Shares] = []
    for entry in entries:
        if entry.sat >= 0:
            held[entry.label] = held.get(entry.label, 0) + entry.sat
            continue
        names = list(held)
        taken = haircut(-entry.sat, [held[name] for name in names])
        for name, share in zip(names, taken, strict=True):
            held[name] -= share
        paid.append(_without_zeros({n: s for n, s in zip(names, taken, strict=True) if n is not None}))
    return AccountFlow(tuple(paid), _without_zeros({n: s for n, s in held.items() if n is not None}))


def _lowest_balance(entries: Sequence[Entry]) -> AccountFlow:
    """The account's own leaves first; when only labelled money is left, every label loses in proportion."""
    claims: dict[str, int] = {}
    balance = 0
    paid: list[Shares] = []
    for entry in entries:
        balance += entry.sat
        if entry.sat >= 0:
            if entry.label is not None:
                claims[entry.label] = claims.get(entry.label, 0) + entry.sat
            continue
        names = list(claims)
        lost = haircut(max(sum(claims.values()) - balance, 0), [claims[name] for name in names])
        for name, share in zip(names, lost, strict=True):
            claims[name] -= share
        paid.append(_without_zeros(dict(zip(names, lost, strict=True))))
    return AccountFlow(tuple(paid), _without_zeros(claims))


def _without_zeros(shares: dict[str, int]) -> Shares:
    return {label: sat for label, sat in shares.items() if sat}


_METHODS: dict[Method, Callable[[Sequence[Entry]], AccountFlow]] = {
    Method.FIFO: lambda entries: _queue(entries, 0),
    Method.LIFO: lambda entries: _queue(entries, -1),
    Method.PRO_RATA: _pro_rata,
    Method.LOWEST_BALANCE: _lowest_balance,
}
