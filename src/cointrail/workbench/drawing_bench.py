"""Drawings of kept cases: drafts, which grow, and drawings on a case, which stay as they are."""

from __future__ import annotations

from cointrail.errors import NotFound, Outdated
from cointrail.journal.acts import DrawingAdded
from cointrail.journal.book import Deed
from cointrail.journal.drafts import DraftLine, Drafts
from cointrail.journal.entry import utc_text
from cointrail.journal.state import CaseState, Record
from cointrail.workbench.case_bench import CaseBench


def drafts_of(bench: CaseBench, case: str) -> tuple[DraftLine, ...]:
    """The drafts of a case, the one that was kept last first."""
    return _drafts(bench, case).lines()


def read_draft(bench: CaseBench, case: str, name: str) -> tuple[DraftLine, bytes]:
    """A draft with its bytes.

    Raises:
        NotFound: there is none of that name.
    """
    return _drafts(bench, case).read(name)


def keep_draft(bench: CaseBench, case: str, name: str, data: bytes, *, follows: int) -> DraftLine:
    """Keep the next state of a draft.

    Raises:
        Outdated: another version is kept by now. That one stays.
    """
    book = bench.book
    return _drafts(bench, case).keep(name, data, follows=follows, who=book.who, utc=utc_text(book.now()))


def drop_draft(bench: CaseBench, case: str, name: str, version: int) -> None:
    """Let a draft go; a drawing that was put on the case from it stays.

    Raises:
        NotFound: there is none of that name.
        Outdated: another version is kept by now. That one stays.
    """
    _drafts(bench, case).drop(name, version)


def put_drawing(bench: CaseBench, case: str, draft: str, version: int, note: str = "") -> CaseState:
    """Put a draft on the case as it is: an entry names it with its digest, and its bytes stay beside that.

    Raises:
        Outdated: another version is kept by now.
    """
    line, data = read_draft(bench, case, draft)
    if line.version != version:
        raise Outdated(
            f"of draft `{draft}`, version {line.version} is kept, not version {version}",
            hint="open it anew, and look whether it is what you want on the case",
            version=line.version,
        )
    return bench.book.add(case, Deed(DrawingAdded(name=draft, size=len(data), note=note), result=data))


def drawing(bench: CaseBench, case: str, number: int) -> tuple[Record[DrawingAdded], bytes]:
    """A drawing of a case as it was put there.

    Raises:
        NotFound: the case has none of that number.
    """
    found = {one.number: one for one in bench.case(case).drawings}
    if number not in found:
        raise NotFound(
            f"there is no drawing {number} on case `{case}`",
            hint=f"drawings: {', '.join(map(str, found)) or 'none'}",
            number=number,
        )
    return found[number], bench.result(case, str(found[number].result))


def _drafts(bench: CaseBench, case: str) -> Drafts:
    return Drafts(bench.keeper, bench.case(case).id)
