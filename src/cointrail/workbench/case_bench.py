"""What can be done with the cases that are kept. Each method is one step: all of it is kept, or nothing."""

from __future__ import annotations

import getpass
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cointrail.casework.case import SeedKind
from cointrail.casework.case_file import load_case
from cointrail.casework.seed_list import read_seed
from cointrail.chain.network import Network, get_network
from cointrail.errors import BadInput, BadJournal
from cointrail.journal.acts import (
    CaseOpened,
    DeadlineMet,
    DeadlineSet,
    DocumentAdded,
    ExhibitTaken,
    FindingKind,
    FindingStated,
    JudgementMade,
    NoteAdded,
    SeedGiven,
    SeedsAdded,
    TermsSet,
    Undone,
)
from cointrail.journal.backup import Packed, Restored, pack, unpack
from cointrail.journal.book import CaseBook, Deed, Journal
from cointrail.journal.canonical import canonical
from cointrail.journal.contents import content_of
from cointrail.journal.entry import Head
from cointrail.journal.keeping import CaseName
from cointrail.journal.place import Place, parse_place
from cointrail.journal.protection import decrypt, encrypt
from cointrail.journal.sql_keeper import SqlKeeper
from cointrail.journal.state import CaseState, Record
from cointrail.journal.verify import Verdict, split_lines, verify_journal
from cointrail.store.manifest import sync_folder
from cointrail.workbench.bench import CaseSource, Workbench
from cointrail.workbench.case_files import acts_of, case_of, case_text, opening_of
from cointrail.workbench.case_key import AskPassphrase, find_key
from cointrail.workbench.case_names import require_own_name
from cointrail.workbench.case_of_run import RunAsCase
from cointrail.workbench.case_terms import require_terms
from cointrail.workbench.exhibits import ExhibitVerdict, ask, ask_again
from cointrail.workbench.ledger_bench import Progress

WHO = "COINTRAIL_WHO"
"""The variable that names whoever works on cases."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A case after a file was taken in, and how many entries that made."""

    case: CaseState
    entries: int


class CaseBench:
    """Cases in a database.

    Args:
        place: a file, `postgresql://...`, or None for the user's own.
        who: under whose name entries are made; None: `COINTRAIL_WHO`, or the name of the login.
        ask: asks for the passphrase of an encrypted file, if none is named; None: nobody is there to ask.
        encrypt: encrypt the file if it is made now.

    Raises:
        CaseStoreError: the database cannot be used.
        BadInput: nobody's name is known.
    """

    def __init__(
        self,
        place: str | None = None,
        who: str | None = None,
        *,
        ask: AskPassphrase | None = None,
        encrypt: bool = False,
    ) -> None:
        self.place: Place = parse_place(place)
        name = who_works(who)
        self.keeper = open_keeper(place, ask=ask, encrypt=encrypt)
        self._book = CaseBook(self.keeper, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.keeper.close()

    # -- reading

    @property
    def book(self) -> CaseBook:
        """The cases, for whoever adds what has no method here."""
        return self._book

    def names(self) -> list[CaseName]:
        """Every case, by reference."""
        return self._book.names()

    def case(self, case: str) -> CaseState:
        """A case as it stands."""
        return self._book.case(case)

    def journal(self, case: str) -> Journal:
        """A case with its journal."""
        return self._book.journal(case)

    def verify(self, case: str, kept: Head | None = None) -> Verdict:
        """Check a journal and the results beside it."""
        return self._book.verify(case, kept)

    def result(self, case: str, digest: str) -> bytes:
        """The bytes of a result that is kept beside the journal."""
        return self._book.result(case, digest)

    def case_for(self, case: str) -> CaseSource:
        """A kept case as `Workbench.run_case` takes it."""
        state = self.case(case)
        return lambda network: case_of(state, network)

    # -- opening

    def new(
        self,
        reference: str,
        legal_basis: str,
        *,
        opened: date | None = None,
        network: str = "mainnet",
        seeds: Sequence[str] = (),
    ) -> CaseState:
        """Open a case, with its first seeds if there are any."""
        chain = get_network(network)
        given = tuple(_seed(text, chain) for text in seeds)
        require_own_name(reference, (one.reference for one in self.names()))
        return self._book.open_case(
            CaseOpened(reference=reference, legal_basis=legal_basis, opened=opened, network=network),
            [Deed(SeedsAdded(seeds=given))] if given else (),
        )

    def take_file(self, path: Path, *, network: str = "mainnet") -> Imported:
        """Take a case file in: open its case, or put on it what it does not have yet."""
        case = load_case(path, get_network(network))
        why = f"import of {path.name}, SHA-256 {case.files[0].sha256}"
        known = {one.reference for one in self.names()}
        if case.reference not in known:
            require_own_name(case.reference, known)
            deeds = [Deed(act, why) for act in acts_of(case)]
            state = self._book.open_case(opening_of(case, network), deeds, why=why)
            return Imported(state, state.entries)
        before = self.case(case.reference)
        deeds = [Deed(act, why) for act in acts_of(case, before)]
        state = self._book.add(case.reference, *deeds) if deeds else before
        return Imported(state, state.entries - before.entries)

    def take_run(self, run: RunAsCase) -> CaseState:
        """Keep the case of a finished run; see `case_of_run`.

        Raises:
            BadInput: a case of its reference is kept, or one of its name.
        """
        require_own_name(run.opened.reference, (one.reference for one in self.names()))
        return self._book.open_case(run.opened, run.deeds, why=run.deeds[0].why)

    # -- adding

    def seed(self, case: str, texts: Sequence[str], why: str = "") -> CaseState:
        """Add addresses and outpoints."""
        network = get_network(self.case(case).opened.what.network)
        seeds = tuple(_seed(text, network) for text in texts)
        return self._book.add(case, Deed(SeedsAdded(seeds=seeds), why))

    def note(self, case: str, text: str) -> CaseState:
        """Note something."""
        return self._book.add(case, Deed(NoteAdded(text=text)))

    def judge(
        self,
        case: str,
        kind: str,
        about: Sequence[str],
        *,
        why: str,
        name: str | None = None,
        when: date | None = None,
    ) -> CaseState:
        """Decide something about clusters; see `docs/reference/case-file.md` for the kinds.

        Args:
            case: which.
            kind: of the judgement.
            about: two addresses, a transaction id, or the id of a judgement, as the kind has it.
            why: the reason.
            name: its id; None: the next number.
            when: the day of the decision; None: today, UTC.
        """
        return self._book.add(case, Deed(self.judgement(case, kind, about, why=why, name=name, when=when)))

    def judgement(
        self,
        case: str,
        kind: str,
        about: Sequence[str],
        *,
        why: str,
        name: str | None = None,
        when: date | None = None,
    ) -> JudgementMade:
        """The judgement that `judge` would put on the case."""
        taken = {one.what.id for one in self.case(case).judgements}
        number = next(n for n in range(len(taken) + 1, 2 * len(taken) + 2) if f"j{n}" not in taken)
        two = kind in {"same_hand", "apart"}
        return JudgementMade(
            id=name or f"j{number}",
            kind=kind,
            who=self._book.who,
            when=when or self._book.now().date(),
            why=why,
            addresses=tuple(about) if two else (),
            txid=about[0] if kind == "no_link" and len(about) == 1 else None,
            withdraws=about[0] if kind == "withdraw" and len(about) == 1 else None,
        )

    def document(self, case: str, path: Path, note: str = "") -> CaseState:
        """Put a document on a case by its hash; its content stays where it is."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
        except OSError as error:
            raise BadInput(f"{path}: cannot be read: {error.strerror}", path=str(path)) from error
        return self._book.add(case, Deed(DocumentAdded(name=path.name, sha256=digest, size=size, note=note)))

    def document_digest(self, case: str, name: str, *, sha256: str, size: int, note: str = "") -> CaseState:
        """Put a document on a case whose bytes lie elsewhere: its name, SHA-256 and size."""
        return self._book.add(case, Deed(DocumentAdded(name=name, sha256=sha256, size=size, note=note)))

    def terms(self, case: str, terms: TermsSet, why: str = "") -> CaseState:
        """Say how a case is to be run; earlier terms go whole."""
        require_terms(self.case(case), terms)
        return self._book.add(case, Deed(terms, why))

    def deadline(self, case: str, title: str, due: date, *, request: int | None = None) -> CaseState:
        """Set a deadline."""
        return self._book.add(case, Deed(DeadlineSet(title=title, due=due, request=request)))

    def met(self, case: str, deadline: int, note: str = "") -> CaseState:
        """Say that a deadline is done with."""
        return self._book.add(case, Deed(DeadlineMet(deadline=deadline, note=note)))

    def finding(self, case: str, text: str, kind: str, exhibits: Sequence[int]) -> CaseState:
        """State a finding that rests on exhibits."""
        if kind not in set(FindingKind):
            raise BadInput(
                f"`{kind[:40]}` is no kind of finding", hint=f"one of: {', '.join(FindingKind)}", value=kind
            )
        found = FindingStated(text=text, kind=FindingKind(kind), exhibits=tuple(exhibits))
        return self._book.add(case, Deed(found))

    def undo(self, case: str, entry: int, why: str) -> CaseState:
        """Let an entry no longer count."""
        if not why.strip():
            raise BadInput("an undo needs a reason", hint="say it with `--why`")
        try:
            return self._book.add(case, Deed(Undone(entry=entry), why))
        except BadJournal as error:
            other = error.facts.get("entry")
            if not isinstance(other, int) or other > self.case(case).entries:
                raise
            raise BadJournal(
                f"entry {entry} cannot be undone, as entry {other} rests on it: {error}",
                hint=f"undo entry {other} first",
                entry=other,
            ) from None

    # -- exhibits

    def take_exhibit(
        self,
        case: str,
        bench: Workbench,
        command: str,
        options: Mapping[str, Any],
        *,
        title: str = "",
    ) -> Record[ExhibitTaken]:
        """Ask the store something and put the answer on the case.

        Args:
            case: which.
            bench: the store.
            command: what looks it up, as in `trace forward`.
            options: of the command, by name.
            title: what the exhibit shows; empty: the command.
        """
        deed = ask(bench, command, options, self.case(case), title)
        return self._book.add(case, deed).exhibits[-1]

    def exhibit(self, case: str, number: int) -> Record[ExhibitTaken]:
        """An exhibit by its number."""
        found = {one.number: one for one in self.case(case).exhibits}
        if number not in found:
            raise BadInput(
                f"there is no exhibit {number} on case `{case}`",
                hint=f"exhibits: {', '.join(map(str, found)) or 'none'}",
                number=number,
            )
        return found[number]

    def verify_exhibits(
        self, case: str, store: Path, numbers: Sequence[int] = (), *, progress: Progress | None = None
    ) -> list[ExhibitVerdict]:
        """Ask the questions of exhibits again: of these numbers, or of all.

        Raises:
            BadJournal: the journal is not what was written.
        """
        journal = self.journal(case)
        asked = [self.exhibit(case, number) for number in numbers] or journal.case.exhibits
        return [ask_again(store, one, self._kept(one), journal.entries, progress=progress) for one in asked]

    def _kept(self, exhibit: Record[ExhibitTaken]) -> bytes:
        """The answer as it is kept, whatever became of it; nothing where it is gone."""
        return self._book.keeper.find_result(exhibit.entry.case, str(exhibit.result)) or b""

    # -- leaving

    def export(self, case: str, out: Path) -> list[str]:
        """Write a case into a new folder: case file, journal, its head, answers of exhibits, drawings.

        What exchanges answered is private: it stays.

        Returns:
            The names of the files.
        """
        journal = self.journal(case)
        files = {
            "case.toml": case_text(journal.case).encode(),
            "journal.jsonl": b"".join(journal.lines),
            "head.txt": f"{journal.case.head}\n".encode(),
        }
        for one in journal.case.exhibits:
            files[f"exhibits/{one.number:04}.json"] = self.result(case, str(one.result))
            about = {"number": one.number, "sha256": one.result, **content_of(one.what)}
            files[f"exhibits/{one.number:04}.about.json"] = canonical(about) + b"\n"
        for drawing in journal.case.drawings:
            files[f"drawings/{drawing.number:04}.graph.json"] = self.result(case, str(drawing.result))
        _write_new(out, files)
        return sorted(files)

    # -- backups

    def backup(self, to: Path, recipients: Sequence[str]) -> Packed:
        """Write all cases, private answers and drafts too, into a new file that only recipients can read."""
        if to.exists() or to.is_symlink():
            raise BadInput(f"`{to}` is there already", hint="name a new file", path=str(to))
        packed = pack(self.keeper)
        encrypted = encrypt(packed.data, recipients)
        try:
            with to.open("xb") as file:
                file.write(encrypted)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            to.unlink(missing_ok=True)
            raise BadInput(f"`{to}` cannot be written: {error.strerror}", path=str(to)) from error
        return packed

    def restore(self, source: Path, identity: Path) -> Restored:
        """Put the cases of a backup into this database, with the identity that `age-keygen` made."""
        try:
            data, key = source.read_bytes(), identity.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"the backup or the identity cannot be read: {error}") from None
        return unpack(self.keeper, decrypt(data, key))


def open_keeper(
    place: str | None = None, *, ask: AskPassphrase | None = None, encrypt: bool = False
) -> SqlKeeper:
    """Open a case database, with the passphrase that belongs to it.

    Args:
        place: where it is; None: the user's own.
        ask: who is asked for a passphrase where no file is named.
        encrypt: encrypt it if it is made now.

    Raises:
        CaseStoreError: it cannot be used.
        BadInput: it is no database, or the passphrase does not fit.
    """
    found = parse_place(place)
    return SqlKeeper(found, key=find_key(found, ask, encrypt=encrypt))


def who_works(given: str | None) -> str:
    """The name that entries are made under.

    Raises:
        BadInput: nobody's name is known.
    """
    name = given or os.environ.get(WHO, "")
    if not name.strip():
        try:
            name = getpass.getuser()
        except (OSError, KeyError, ImportError):
            raise BadInput(
                "whose name the entry is made under is not known", hint=f"give `--who NAME`, or set {WHO}"
            ) from None
    return name.strip()


def verify_journal_file(path: Path, kept: Head | None = None) -> Verdict:
    """Check an exported journal.

    Raises:
        BadInput: the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}", path=str(path)) from error
    return verify_journal(split_lines(data), kept)


def _seed(text: str, network: Network) -> SeedGiven:
    kind = SeedKind.OUTPOINT if ":" in text and not text.startswith("script:") else SeedKind.ADDRESS
    return SeedGiven(read_seed(kind, text.strip(), network, Path("seeds"), 1).kind.value, text.strip())


def _write_new(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder, whole or not at all.

    Raises:
        BadInput: it is there, or cannot be written.
    """
    if folder.exists() or folder.is_symlink():
        raise BadInput(f"`{folder}` is there already", hint="name a new folder", path=str(folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".case-", dir=folder.parent))
        try:
            for name, data in files.items():
                path = draft / name
                path.parent.mkdir(exist_ok=True)
                with path.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            draft.rename(folder)
            sync_folder(folder.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise BadInput(
            f"`{folder}` cannot be written: {error.strerror}", hint="name another folder", path=str(folder)
        ) from error
