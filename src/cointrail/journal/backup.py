"""Every case of a database in one archive, and back, into a database of any kind.

A tar file: for each case `ID/journal.jsonl`, `ID/head.txt`, and `ID/results/SHA-256` for what is kept beside
it, private answers too. Nothing of the day or the user goes in, so the same cases are the same bytes.
"""

from __future__ import annotations

import io
import re
import tarfile
from dataclasses import dataclass

from cointrail.errors import BadInput, BadJournal
from cointrail.journal.canonical import sha256
from cointrail.journal.entry import Entry, Head, parse_line
from cointrail.journal.fold import fold
from cointrail.journal.keeping import Addition, JournalKeeper
from cointrail.journal.verify import split_lines, verify_journal

_NAME = re.compile(r"(?P<case>[0-9a-f]{32})/(?:journal\.jsonl|head\.txt|results/[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: references of cases that are new, and of those that were there already."""

    new: tuple[str, ...]
    there: tuple[str, ...]


def pack(keeper: JournalKeeper) -> bytes:
    """Every case of a database.

    Raises:
        BadJournal: one is not what was written: a backup must not hide that.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in keeper.cases():
            lines = keeper.lines(name.id)
            addition = _checked(name.reference, lines, name.head)
            _put(archive, f"{name.id}/journal.jsonl", b"".join(lines))
            _put(archive, f"{name.id}/head.txt", f"{name.head}\n".encode())
            for digest in sorted(addition):
                data = keeper.find_result(name.id, digest)
                if data is None:
                    continue
                if sha256(data) != digest:
                    raise BadJournal(f"case `{name.reference}`: the result {digest} is not what was kept")
                _put(archive, f"{name.id}/results/{digest}", data)
    return packed.getvalue()


def _put(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size = len(data)
    archive.addfile(about, io.BytesIO(data))


def unpack(keeper: JournalKeeper, packed: bytes) -> Restored:
    """Put every case of an archive into a database; all are checked before the first is put.

    Raises:
        BadInput: it is no archive, or a case of that reference is there and is another one.
        BadJournal: a journal in it is not what was written.
    """
    files = _read(packed)
    ready: list[tuple[Entry, Addition]] = []
    for case in sorted({name.partition("/")[0] for name in files}):
        if f"{case}/journal.jsonl" not in files or f"{case}/head.txt" not in files:
            raise BadInput("this is no archive of cases: a journal or its head is missing")
        lines = split_lines(files[f"{case}/journal.jsonl"])
        head = Head.parse(files[f"{case}/head.txt"].decode("ascii", "replace"))
        wanted = _checked(case, lines, head)
        start = f"{case}/results/"
        results = {name.removeprefix(start): data for name, data in files.items() if name.startswith(start)}
        for digest, data in results.items():
            if digest not in wanted or sha256(data) != digest:
                raise BadJournal(f"case {case}: the result {digest} is not what was kept")
        first = parse_line(lines[0])[0]
        ready.append((first, Addition(tuple(lines), head, results)))
    return _put_all(keeper, ready)


def _put_all(keeper: JournalKeeper, ready: list[tuple[Entry, Addition]]) -> Restored:
    known = {name.id: name for name in keeper.cases()}
    taken = {name.reference: name.id for name in known.values()}
    for first, addition in ready:
        reference = first.content["reference"]
        if taken.get(reference, first.case) != first.case or (
            first.case in known and known[first.case].head != addition.head
        ):
            raise BadInput(
                f"there is another state of case `{reference}` already, and nothing was put in",
                hint="restore into a new database, and compare",
                reference=reference,
            )
    new = [(first, addition) for first, addition in ready if first.case not in known]
    for first, addition in new:
        keeper.begin(first.case, first.content["reference"], addition)
    added = tuple(first.content["reference"] for first, _ in new)
    return Restored(added, tuple(f.content["reference"] for f, _ in ready if f.case in known))


def _checked(case: str, lines: list[bytes], head: Head) -> set[str]:
    """The results that a journal names; it is what was written, and adds up to a case."""
    verdict = verify_journal(lines, head)
    if not verdict.intact or verdict.head != head:
        says = verdict.faults[0].says if verdict.faults else "it goes on after its head"
        raise BadJournal(f"the journal of case `{case}` is not what was written: {says}")
    entries = [parse_line(line)[0] for line in lines]
    fold(entries)
    return {entry.result for entry in entries if entry.result}


def _read(packed: bytes) -> dict[str, bytes]:
    """Files by name. Names are ours alone, so nothing can lead out of the archive."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
            for member in archive:
                if not member.isreg() or not _NAME.fullmatch(member.name) or member.name in found:
                    raise BadInput(f"this is no archive of cases: `{member.name[:100]}` is in it")
                file = archive.extractfile(member)
                assert file is not None, "a regular file"
                found[member.name] = file.read()
    except (tarfile.TarError, EOFError) as error:
        raise BadInput(f"this is no archive of cases: {error}") from None
    return found
