"""The lead desk as values: whom to ask, what leads there, and how far requests to them are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cointrail.attribution.safe_text import safe_text
from cointrail.journal.acts import RequestKind, RequestState
from cointrail.journal.state import Request
from cointrail.report.lead_desk import Desk


@dataclass(frozen=True, slots=True)
class DeskRequest:
    """A request to the exchange: its number, what it asks for, how far it is and since which day."""

    number: int
    kind: RequestKind
    state: RequestState
    since_utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLine:
    """An exchange in a jurisdiction that leads go to.

    Attributes:
        exchange: its name, as tags claim it.
        jurisdiction: as actors' files claim it; `unknown` where none does.
        legal_entity: its registered name.
        legal_entity_source: who says so, and when.
        contact: where requests go.
        contact_source: who says so, and when.
        payments_same_hand: payments that lead back to it in the same hand.
        payments_upstream: payments that lead back to it only over other hands or unlinked change.
        withdrawals: distinct withdrawals.
        deposits: distinct deposits.
        paid_sat: value of payments that came out of these withdrawals, by FIFO.
        paid_same_hand_sat: of that, what came in the same hand.
        paid_upstream_sat: of that, the rest.
        deposited_sat: value that was deposited.
        requests: that were made to it.
    """

    exchange: str
    jurisdiction: str
    legal_entity: str
    legal_entity_source: str
    contact: str
    contact_source: str
    payments_same_hand: int
    payments_upstream: int
    withdrawals: int
    deposits: int
    paid_sat: int
    paid_same_hand_sat: int
    paid_upstream_sat: int
    deposited_sat: int
    requests: tuple[DeskRequest, ...]


def desk_lines(desks: Sequence[Desk], requests: Iterable[Request] = ()) -> tuple[DeskLine, ...]:
    """Every desk with the requests to it, the one with most value first."""
    known = tuple(requests)
    return tuple(_line(desk, known) for desk in desks)


def _line(desk: Desk, requests: tuple[Request, ...]) -> DeskLine:
    return DeskLine(
        exchange=safe_text(desk.exchange),
        jurisdiction=safe_text(desk.jurisdiction),
        legal_entity=safe_text(desk.entity),
        legal_entity_source=safe_text(desk.entity_source),
        contact=safe_text(desk.reach),
        contact_source=safe_text(desk.reach_source),
        payments_same_hand=desk.same_hand,
        payments_upstream=desk.upstream,
        withdrawals=desk.withdrawals,
        deposits=len({row["end_outpoint"] for row in desk.deposits}),
        paid_sat=desk.paid_sat,
        paid_same_hand_sat=desk.paid_same_hand_sat,
        paid_upstream_sat=desk.paid_upstream_sat,
        deposited_sat=desk.deposited_sat,
        requests=tuple(_request(one) for one in requests if _is_to(one, desk)),
    )


def _is_to(request: Request, desk: Desk) -> bool:
    made = request.made.what
    return (made.exchange, made.jurisdiction) == (desk.exchange[:500], desk.jurisdiction)


def _request(one: Request) -> DeskRequest:
    last = one.moves[-1].entry if one.moves else one.made.entry
    return DeskRequest(number=one.number, kind=one.made.what.kind, state=one.state, since_utc=last.utc)
