"""Leads gathered by whom to ask: one exchange in one jurisdiction is one desk."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from cointrail.errors import NotFound
from cointrail.report.carried import SAME_HAND, carrying_rows
from cointrail.report.case_tables import CaseTables
from cointrail.report.lead_contacts import UNKNOWN, Contact, ContactBook

Row = dict[str, str]

LONGEST_NAME = 40
"""Characters of an exchange's name in the name of a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One exchange in one jurisdiction, with the leads to it that carry value by the primary policy.

    Attributes:
        exchange: its name, as tags claim it.
        jurisdiction: as actors' files claim it; `unknown` where none does.
        legal_entity: the same.
        contact: the user's own line on it; None: there is none.
        leads: rows of `leads.csv`.
        deposits: rows of `proceeds.csv` that end there.
    """

    exchange: str
    jurisdiction: str
    legal_entity: str
    contact: Contact | None
    leads: tuple[Row, ...]
    deposits: tuple[Row, ...]

    @property
    def entity(self) -> str:
        """The registered name: the user's line first, else what the leads say."""
        return (self.contact.legal_entity if self.contact else "") or self.legal_entity or UNKNOWN

    @property
    def entity_source(self) -> str:
        """Who says so, and when."""
        if self.contact and self.contact.legal_entity:
            return f"{self.contact.source}, {self.contact.as_of.isoformat()}"
        return UNKNOWN if self.entity == UNKNOWN else "the case's actor file"

    @property
    def reach(self) -> str:
        """Where requests go."""
        return (self.contact.contact if self.contact else "") or UNKNOWN

    @property
    def reach_source(self) -> str:
        """Who says so, and when."""
        if self.contact and self.contact.contact:
            return f"{self.contact.source}, {self.contact.as_of.isoformat()}"
        return UNKNOWN

    @property
    def folder(self) -> str:
        """The name of its folder: letters and digits, and a digest, so that no two names meet."""
        words = re.sub(r"[^a-z0-9]+", "-", f"{self.exchange[:LONGEST_NAME]}-{self.jurisdiction}".lower())
        digest = hashlib.sha256(f"{self.exchange}\0{self.jurisdiction}".encode()).hexdigest()[:8]
        return f"{words.strip('-') or 'exchange'}-{digest}"

    @property
    def same_hand(self) -> int:
        """Payments that lead back to it in the same hand."""
        return len({row["payment"] for row in self.leads if row["hand"] == SAME_HAND})

    @property
    def upstream(self) -> int:
        """Payments that lead back to it only over other hands or unlinked change."""
        return len({row["payment"] for row in self.leads}) - self.same_hand

    @property
    def withdrawals(self) -> int:
        """Distinct withdrawals."""
        return len({row["withdrawal_outpoint"] for row in self.leads})

    @property
    def paid_sat(self) -> int:
        """Value of payments that came out of its withdrawals, by FIFO."""
        return sum(int(row["fifo_sat"]) for row in self.leads)

    @property
    def paid_same_hand_sat(self) -> int:
        """Of that, what came in the same hand."""
        return sum(int(row["fifo_sat"]) for row in self.leads if row["hand"] == SAME_HAND)

    @property
    def paid_upstream_sat(self) -> int:
        """Of that, what came over other hands or unlinked change."""
        return self.paid_sat - self.paid_same_hand_sat

    @property
    def deposited_sat(self) -> int:
        """Value of outflows that went into its deposits, by FIFO."""
        return sum(int(row["fifo_sat"]) for row in self.deposits)


def desks_of(case: CaseTables, contacts: ContactBook | None = None) -> list[Desk]:
    """Every desk, the one with most value first."""
    book = contacts or ContactBook()
    leads: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    deposits: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in carrying_rows(case, case.leads):
        leads[row["exchange"], row["jurisdiction"]].append(row)
    for row in carrying_rows(case, case.proceeds):
        if row["hand"] and row["class"] == "outflow":
            deposits[row["exchange"], row["jurisdiction"]].append(row)
    desks = [
        Desk(
            exchange=key[0],
            jurisdiction=key[1],
            legal_entity=_agreed(row["legal_entity"] for row in (*leads[key], *deposits[key])),
            contact=book.find(*key),
            leads=tuple(leads[key]),
            deposits=tuple(deposits[key]),
        )
        for key in sorted({*leads, *deposits})
    ]
    return sorted(desks, key=lambda desk: (-(desk.paid_sat + desk.deposited_sat), desk.exchange))


def _agreed(names: Iterable[str]) -> str:
    """The registered name on which all rows agree; else unknown."""
    found = set(names)
    return found.pop() if len(found) == 1 else UNKNOWN


def find_desk(desks: list[Desk], exchange: str, jurisdiction: str | None = None) -> Desk:
    """The desk of an exchange; its jurisdiction decides where it has several.

    Raises:
        NotFound: no lead goes there, or to several of that name.
    """
    named = [desk for desk in desks if desk.exchange.casefold() == exchange.casefold()]
    if jurisdiction is not None:
        named = [desk for desk in named if desk.jurisdiction.casefold() == jurisdiction.casefold()]
    if not named:
        raise NotFound(
            f"no lead goes to `{exchange}`" + (f" in `{jurisdiction}`" if jurisdiction else ""),
            hint="`cointrail case leads list` names the exchanges",
        )
    if len(named) > 1:
        where = ", ".join(desk.jurisdiction for desk in named)
        raise NotFound(
            f"`{exchange}` has leads in several jurisdictions: {where}", hint="add `--jurisdiction`"
        )
    return named[0]
