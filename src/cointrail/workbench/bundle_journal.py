"""The journal of a kept case, as a bundle takes it."""

from __future__ import annotations

from cointrail.evidence.journal_part import journal_part
from cointrail.workbench.case_bench import CaseBench
from cointrail.workbench.case_key import AskPassphrase


def journal_files(
    case: str, database: str | None = None, *, private: bool = False, ask: AskPassphrase | None = None
) -> dict[str, bytes]:
    """Files of a kept case for `BundleAsk.journal`.

    Args:
        case: its reference.
        database: where it is kept; None: the usual place.
        ask: asks for the passphrase of an encrypted database.
        private: show the entries that stay inside the case, too.

    Raises:
        NoSuchCase: it is not kept there.
        BadJournal: its journal is not what was written.
    """
    with CaseBench(database, ask=ask) as cases:
        return journal_part(cases.book, case, private=private)
