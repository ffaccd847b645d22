"""The journal of a case in a bundle: its chain whole, its entries as far as they are for others to read."""

from __future__ import annotations

from cointrail.journal.acts import CaseOpened, ExhibitTaken
from cointrail.journal.book import CaseBook
from cointrail.journal.canonical import canonical
from cointrail.journal.entry import Entry

PRIVATE = frozenset(
    {"note.add", "deadline.add", "deadline.done", "request.add", "request.status", "answer.add"}
)
"""Actions that stay inside the case: work notes, and what exchanges were asked and answered."""


def journal_part(book: CaseBook, case: str, *, private: bool) -> dict[str, bytes]:
    """Files of a kept case, by path: its journal, its head, the results of its exhibits.

    Args:
        book: where it is kept.
        case: its reference.
        private: show what stays inside the case, too.

    Raises:
        NoSuchCase: it is not kept there.
        BadJournal: its journal is not what was written.
    """
    entries = book.journal(case).entries
    lines = [entry.line() if private or shown(entry) else veiled(entry) for entry in entries]
    exhibits = [entry for entry in entries if entry.action == ExhibitTaken.action and entry.result]
    return {
        "journal/journal.jsonl": b"".join(lines),
        "journal/head.txt": f"{entries[-1].head}\n".encode(),
        **{f"exhibits/{one.result}.json": book.result(case, str(one.result)) for one in exhibits},
    }


def shown(entry: Entry) -> bool:
    """Whether an entry is for others to read."""
    return entry.action not in PRIVATE or entry.action == CaseOpened.action


def veiled(entry: Entry) -> bytes:
    """The line of an entry that is withheld: its place in the chain, and the digest that it has there."""
    place = {"case": entry.case, "seq": entry.seq, "previous": entry.previous, "digest": entry.digest()}
    return canonical({**place, "withheld": True}) + b"\n"
