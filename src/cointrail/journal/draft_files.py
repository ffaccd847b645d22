"""The drafts of a case as files of a backup, and back: a list, and the bytes of each by its digest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cointrail.errors import BadJournal
from cointrail.journal.canonical import canonical, parse_canonical, sha256
from cointrail.journal.contents import content_of, read_fields
from cointrail.journal.drafts import DRAFT_NAME, DraftLine, KeptDraft
from cointrail.journal.entry import is_utc

LIST = "drafts.jsonl"
FOLDER = "drafts/"
_MOST_VERSION = 2**31 - 1


def draft_files(reference: str, kept: Sequence[KeptDraft]) -> dict[str, bytes]:
    """Drafts as files; none where there are no drafts.

    Raises:
        BadJournal: one is not what was kept.
    """
    if not kept:
        return {}
    for line, data in kept:
        if sha256(data) != line.sha256:
            raise BadJournal(
                f"case `{reference}`: the draft `{line.name}` is not what was kept",
                hint="remove that draft in the page, where the drawings of the case are",
            )
    lines = b"".join(canonical(content_of(line)) + b"\n" for line, _ in kept)
    return {LIST: lines} | {f"{FOLDER}{line.sha256}": data for line, data in kept}


def drafts_in(case: str, files: Mapping[str, bytes]) -> tuple[KeptDraft, ...]:
    """The drafts that files of a case hold.

    Raises:
        BadJournal: one is not what was kept, or belongs to no draft.
    """
    texts = files.get(LIST, b"").splitlines()
    lines = [read_fields(DraftLine, parse_canonical(text), f"case {case}, a draft") for text in texts]
    kept = [(line, files.get(f"{FOLDER}{line.sha256}", b"")) for line in lines]
    named = {f"{FOLDER}{line.sha256}" for line in lines}
    odd = {name for name in files if name.startswith(FOLDER)} - named
    if odd or len({line.name for line in lines}) < len(lines) or not all(_is_sound(*one) for one in kept):
        raise BadJournal(f"case {case}: its drafts are not what was kept")
    return tuple(kept)


def _is_sound(line: DraftLine, data: bytes) -> bool:
    stated = re.fullmatch(DRAFT_NAME, line.name) and 1 <= line.version <= _MOST_VERSION
    return bool(stated) and is_utc(line.kept_utc) and (sha256(data), len(data)) == (line.sha256, line.size)
