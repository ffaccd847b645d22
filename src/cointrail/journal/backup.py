"""Every case of a database in one archive, and back, into a database of any kind.

A tar file: `format.txt`; for each case `ID/journal.jsonl`, `ID/head.txt`, `ID/results/SHA-256` for what is
kept beside it, private answers too, and `ID/drafts.jsonl`, `ID/drafts/SHA-256` for drafts of drawings.
Nothing of the day or the user goes in, so the same cases are the same bytes.
"""

from __future__ import annotations

import io
import re
import tarfile
from dataclasses import dataclass

from cointrail.errors import BadInput, BadJournal
from cointrail.journal.canonical import sha256
from cointrail.journal.draft_files import draft_files, drafts_in
from cointrail.journal.drafts import Drafts, KeptDraft
from cointrail.journal.entry import Entry, Head, parse_line
from cointrail.journal.fold import fold
from cointrail.journal.keeping import Addition, CaseName
from cointrail.journal.sql_keeper import SqlKeeper
from cointrail.journal.verify import split_lines, verify_journal

FORMAT = 2
"""Of the archive. Format 1 had no drafts, and no file that says the format."""
_FORMAT_FILE = "format.txt"
_NAME = re.compile(
    r"(?P<case>[0-9a-f]{32})/(?P<file>journal\.jsonl|head\.txt|drafts\.jsonl|(?:results|drafts)/[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive, and how many cases and drafts it holds."""

    data: bytes
    cases: int
    drafts: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: references of cases that are new, of those that were there, and how many drafts."""

    new: tuple[str, ...]
    there: tuple[str, ...]
    drafts: int


@dataclass(frozen=True, slots=True)
class _Case:
    first: Entry
    addition: Addition
    drafts: tuple[KeptDraft, ...]

    @property
    def reference(self) -> str:
        return str(self.first.content["reference"])


def pack(keeper: SqlKeeper) -> Packed:
    """Every case of a database.

    Raises:
        BadJournal: one is not what was written: a backup must not hide that.
    """
    packed, names, drafts = io.BytesIO(), keeper.cases(), 0
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        _put(archive, _FORMAT_FILE, f"{FORMAT}\n".encode())
        for name in names:
            kept = Drafts(keeper, name.id).all()
            drafts += len(kept)
            for file, data in (_journal_files(keeper, name) | draft_files(name.reference, kept)).items():
                _put(archive, f"{name.id}/{file}", data)
    return Packed(packed.getvalue(), len(names), drafts)


def _journal_files(keeper: SqlKeeper, name: CaseName) -> dict[str, bytes]:
    lines = keeper.lines(name.id)
    results = sorted(_checked(name.reference, lines, name.head))
    files = {"journal.jsonl": b"".join(lines), "head.txt": f"{name.head}\n".encode()}
    for digest in results:
        data = keeper.find_result(name.id, digest)
        if data is None:
            continue
        if sha256(data) != digest:
            raise BadJournal(f"case `{name.reference}`: the result {digest} is not what was kept")
        files[f"results/{digest}"] = data
    return files


def _put(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size = len(data)
    archive.addfile(about, io.BytesIO(data))


def unpack(keeper: SqlKeeper, packed: bytes) -> Restored:
    """Put every case of an archive into a database; all are checked before the first is put.

    Raises:
        BadInput: it is no archive, or a case of that reference is there and is another one.
        BadJournal: a journal or a draft in it is not what was written.
    """
    ready = [_case_in(case, files) for case, files in sorted(_read(packed).items())]
    known = {name.id: name for name in keeper.cases()}
    taken = {name.reference: name.id for name in known.values()}
    for one in ready:
        case = one.first.case
        if taken.get(one.reference, case) != case or (
            case in known and (known[case].head != one.addition.head or _has_other_draft(keeper, one))
        ):
            raise BadInput(
                f"there is another state of case `{one.reference}` already, and nothing was put in",
                hint="restore into a new database, and compare",
                reference=one.reference,
            )
    new = [one for one in ready if one.first.case not in known]
    for one in new:
        keeper.begin(one.first.case, one.reference, one.addition)
    drafts = sum(Drafts(keeper, one.first.case).put_back(one.drafts) for one in ready)
    there = tuple(one.reference for one in ready if one.first.case in known)
    return Restored(tuple(one.reference for one in new), there, drafts)


def _has_other_draft(keeper: SqlKeeper, case: _Case) -> bool:
    """Whether a draft in the database is another than that of its name in the archive."""
    there = {line.name: line for line in Drafts(keeper, case.first.case).lines()}
    return any(there.get(line.name, line) != line for line, _ in case.drafts)


def _case_in(case: str, files: dict[str, bytes]) -> _Case:
    """A case of an archive, once it is found to be what was written."""
    if "journal.jsonl" not in files or "head.txt" not in files:
        raise BadInput("this is no archive of cases: a journal or its head is missing")
    lines = split_lines(files["journal.jsonl"])
    head = Head.parse(files["head.txt"].decode("ascii", "replace"))
    wanted = _checked(case, lines, head)
    results = {
        name.removeprefix("results/"): data for name, data in files.items() if name.startswith("results/")
    }
    for digest, data in results.items():
        if digest not in wanted or sha256(data) != digest:
            raise BadJournal(f"case {case}: the result {digest} is not what was kept")
    first = parse_line(lines[0])[0]
    return _Case(first, Addition(tuple(lines), head, results), drafts_in(case, files))


def _checked(case: str, lines: list[bytes], head: Head) -> set[str]:
    """The results that a journal names; it is what was written, and adds up to a case."""
    verdict = verify_journal(lines, head)
    if not verdict.intact or verdict.head != head:
        says = verdict.faults[0].says if verdict.faults else "it goes on after its head"
        raise BadJournal(f"the journal of case `{case}` is not what was written: {says}")
    entries = [parse_line(line)[0] for line in lines]
    fold(entries)
    return {entry.result for entry in entries if entry.result}


def _read(packed: bytes) -> dict[str, dict[str, bytes]]:
    """Files by case and name. Names are ours alone, so nothing can lead out of the archive."""
    found: dict[str, dict[str, bytes]] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
            for place, member in enumerate(archive):
                file = archive.extractfile(member) if member.isreg() else None
                if place == 0 and file and member.name == _FORMAT_FILE:
                    _require_format(file.read())
                    continue
                name = _NAME.fullmatch(member.name)
                if not name or not file or name["file"] in (files := found.setdefault(name["case"], {})):
                    raise BadInput(f"this is no archive of cases: `{member.name[:100]}` is in it")
                files[name["file"]] = file.read()
    except (tarfile.TarError, EOFError) as error:
        raise BadInput(f"this is no archive of cases: {error}") from None
    return found


def _require_format(said: bytes) -> None:
    if said != f"{FORMAT}\n".encode():
        given = said.decode("ascii", "replace").strip()[:20]
        raise BadInput(
            f"this archive is of format {given}, and this program reads formats up to {FORMAT}",
            hint="restore it with the program that made it, or a newer one",
        )
