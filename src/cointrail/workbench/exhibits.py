"""Exhibits: a question, the basis of its answer and the answer, so that anyone can ask again.

An answer is canonical JSON (RFC 8785) with whole numbers over 2^53 - 1 as text, so the same answer is the
same bytes. It is asked again of the chain as it was: of the store cut at the height of the basis.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import rfc8785

from cointrail.errors import BadInput, CointrailError, NotFound
from cointrail.journal.acts import ExhibitTaken
from cointrail.journal.book import Deed
from cointrail.journal.canonical import LARGEST_WHOLE
from cointrail.journal.entry import Entry
from cointrail.journal.fold import fold
from cointrail.journal.state import CaseState, Record
from cointrail.store.past import open_past
from cointrail.workbench.bench import Workbench
from cointrail.workbench.exhibit_questions import (
    FILES,
    MOST_LINES,
    OF_THE_CASE,
    QUESTIONS,
    Answer,
    file_options,
)
from cointrail.workbench.json_values import plain
from cointrail.workbench.ledger_bench import Progress

FORMAT = 1
"""Of requests and of how an answer is written."""


LEFT_OUT = {*FILES, "file", "prevouts", "network", "store", "form", "threads"}
"""Options that are not part of a request: files stand in it by hash, the rest does not change the answer."""

WITHOUT_LIMIT = {"explain", "tx show", "tx analyse", "trace peel", "coinjoin analyse", *OF_THE_CASE}
"""Commands whose answer is no list with pages."""


class Outcome(StrEnum):
    """What asking again showed."""

    SAME = "same"
    """The same bytes."""
    DIFFERS = "differs"
    """On the same basis, other bytes."""
    NOT_COMPARABLE = "not_comparable"
    """It cannot be asked again on the same basis; this is no pass."""
    DAMAGED = "damaged"
    """What is kept is not what was put on the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitVerdict:
    """What came of asking an exhibit's question again.

    Attributes:
        number: of the exhibit.
        title: of the exhibit.
        outcome: what it showed.
        says: why, in a sentence.
        height: the tip of the chain it was asked on.
        stated: SHA-256 of the answer on the case.
        found: SHA-256 of the answer now; None: there is none.
    """

    number: int
    title: str
    outcome: Outcome
    says: str
    height: int | None
    stated: str
    found: str | None


def ask(bench: Workbench, command: str, options: Mapping[str, Any], case: CaseState, title: str) -> Deed:
    """Ask a question and put the answer into an exhibit.

    Args:
        bench: the store.
        command: a name of `QUESTIONS`.
        options: by the names of the command's options; a list without `limit` comes whole.
        case: the case as it stands.
        title: what the exhibit shows; empty: the command.

    Raises:
        BadInput: no such question, or a file that cannot be read.
    """
    if command not in QUESTIONS:
        raise BadInput(
            f"`{command}` cannot be an exhibit",
            hint=f"one of: {', '.join(sorted(QUESTIONS))}",
            command=command,
        )
    if any(options.get(name) is not None for name in ("file", "prevouts")):
        raise BadInput("an exhibit is about what the store holds, so it takes no `--file`")
    files = [
        {"option": name, "path": str(path.resolve()), "sha256": _sha256_of(path)}
        for name, path in file_options(dict(options))
    ]
    given = {name: plain(value) for name, value in sorted(options.items()) if name not in LEFT_OUT}
    if "limit" not in given and command not in WITHOUT_LIMIT:
        given["limit"] = MOST_LINES
    request = {
        "format": FORMAT,
        "command": command,
        "options": given,
        "files": files,
        "entries": case.entries,
    }
    answer = _asked(bench, request, case)
    data = answer_bytes(answer.said)
    act = ExhibitTaken(title=title or command, request=request, basis=_basis(answer, files), size=len(data))
    return Deed(act, result=data)


def _asked(bench: Workbench, request: dict[str, Any], case: CaseState) -> Answer:
    options = dict(request["options"])
    for name in FILES:
        options[name] = [Path(one["path"]) for one in request["files"] if one["option"] == name]
    try:
        return QUESTIONS[request["command"]](bench, options, case)
    except KeyError as missing:
        raise BadInput(f"`{request['command']}` needs the option {missing}") from None


def _basis(answer: Answer, files: list[dict[str, str]]) -> dict[str, Any]:
    """The basis of the answer; the digests of files stand in the order in which they were named."""
    return {**_whole(answer.basis), "files_sha256": [one["sha256"] for one in files]}


def _sha256_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}", path=str(path)) from error


def answer_bytes(said: Any) -> bytes:
    """An answer as canonical JSON."""
    return rfc8785.dumps(_whole(said))


def _whole(value: Any) -> Any:
    """The value with numbers that JSON does not carry everywhere as text."""
    match value:
        case bool():
            return value
        case int():
            return value if abs(value) <= LARGEST_WHOLE else str(value)
        case dict():
            return {str(name): _whole(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_whole(inner) for inner in value]
    return value


def ask_again(
    store: Path,
    exhibit: Record[ExhibitTaken],
    data: bytes,
    entries: Sequence[Entry],
    *,
    progress: Progress | None = None,
) -> ExhibitVerdict:
    """Ask an exhibit's question again, on the chain as it was, and compare to the byte.

    Args:
        store: the store.
        exhibit: what is on the case.
        data: its answer as it is kept.
        entries: the journal, for the case as it was when the question was asked.
        progress: told how far long work is.
    """
    stated, act = str(exhibit.result), exhibit.what
    height = act.basis.get("tip_height")

    def verdict(outcome: Outcome, says: str, found: str | None = None) -> ExhibitVerdict:
        return ExhibitVerdict(
            number=exhibit.number,
            title=act.title,
            outcome=outcome,
            says=says,
            height=height if isinstance(height, int) else None,
            stated=stated,
            found=found,
        )

    if hashlib.sha256(data).hexdigest() != stated or len(data) != act.size:
        return verdict(Outcome.DAMAGED, "the answer that is kept is not the one that was put on the case")
    if why := _why_not(store, act):
        return verdict(Outcome.NOT_COMPARABLE, why)
    bench = Workbench(store, progress, at=act.basis["tip_height"])
    try:
        answer = _asked(bench, act.request, fold(entries[: act.request["entries"]]))
    except CointrailError as error:
        return verdict(Outcome.NOT_COMPARABLE, f"it cannot be answered now: {error}")
    now = answer_bytes(answer.said)
    found = hashlib.sha256(now).hexdigest()
    if now == data:
        return verdict(Outcome.SAME, "asked again, the answer is the same to the byte", found)
    basis = _basis(answer, act.request["files"])
    moved = sorted(name for name in basis.keys() | act.basis.keys() if basis.get(name) != act.basis.get(name))
    if set(moved) & {"program", "rules", "result_version"}:
        return verdict(
            Outcome.NOT_COMPARABLE, f"another program: of the basis differ {', '.join(moved)}", found
        )
    return verdict(Outcome.DIFFERS, "asked again on the same basis, the answer is another one", found)


def _why_not(store: Path, act: ExhibitTaken) -> str | None:
    """Why a question cannot be asked again on the same basis; None: it can."""
    request, basis = act.request, act.basis
    if request.get("format") != FORMAT or request.get("command") not in QUESTIONS:
        return "this program cannot ask that question"
    if not isinstance(basis.get("tip_height"), int):
        return "its basis names no height"
    for one in request["files"]:
        try:
            same = _sha256_of(Path(one["path"])) == one["sha256"]
        except BadInput as error:
            return str(error)
        if not same:
            return f"`{one['path']}` is not the file that it was"
    try:
        with open_past(store, basis["tip_height"]) as then:
            if then.network.name != basis.get("network"):
                return f"the store holds {then.network.name}, the exhibit is of {basis.get('network')}"
            if str(then.tip_hash) != basis.get("tip_hash"):
                return f"block {then.height} is another one now: the chain went another way"
            if then.digest != basis.get("store_digest"):
                return "the store holds other rows than it did: another format, or it is damaged"
    except NotFound as error:
        return str(error)
    return None
