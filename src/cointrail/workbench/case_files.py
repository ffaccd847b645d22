"""A kept case as a case file, and a case file as entries of a journal."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

from cointrail.casework.case import Case, ReadFile
from cointrail.casework.case_file import load_case
from cointrail.chain.network import Network
from cointrail.errors import BadCase
from cointrail.journal.acts import (
    Act,
    CaseOpened,
    FileRef,
    JudgementMade,
    SeedGiven,
    SeedsAdded,
    TermsSet,
)
from cointrail.journal.canonical import canonical
from cointrail.journal.contents import content_of
from cointrail.journal.state import CaseState

SEEDS_AT_ONCE = 10_000
"""Seeds of one entry; more go into several."""


_ANEW = (
    "keep the terms anew with the files as they are: under `How it is run` on the page of the case, or with "
    "`cointrail case import CASE.toml`"
)

SEEDS = "the seeds of the case"
"""Where errors and lists find a seed of a kept case, in place of a file; lines count the seeds."""


# -- from a file


def opening_of(case: Case, network: str) -> CaseOpened:
    """The first entry for a case file."""
    return CaseOpened(
        reference=case.reference, legal_basis=case.legal_basis, opened=case.opened, network=network
    )


def acts_of(case: Case, before: CaseState | None = None) -> list[Act]:
    """What a case file says that a kept case does not say yet."""
    terms = terms_of(case)
    acts: list[Act] = [terms] if before is None or not before.terms or before.terms.what != terms else []
    known = {(seed.kind, seed.text) for seed in before.seeds} if before else set()
    seeds = [
        SeedGiven(one.kind.value, one.text, f"{Path(one.file).name}, line {one.line}")
        for one in case.seeds
        if (one.kind.value, one.text) not in known
    ]
    acts += seed_acts(seeds)
    made = {one.what for one in before.judgements} if before else set()
    return [*acts, *(one for one in judgements_of(case) if one not in made)]


def seed_acts(seeds: Sequence[SeedGiven]) -> Iterator[SeedsAdded]:
    """Seeds as entries, no more than `SEEDS_AT_ONCE` in one."""
    for first in range(0, len(seeds), SEEDS_AT_ONCE):
        yield SeedsAdded(seeds=tuple(seeds[first : first + SEEDS_AT_ONCE]))


def terms_of(case: Case) -> TermsSet:
    """How a case file is to be run."""
    return TermsSet(
        period_from=moment_text(case.period.first),
        period_to=moment_text(case.period.last),
        currency=case.currency,
        report_date=case.report_date,
        prices=tuple(map(_file, case.prices)),
        tags=tuple(map(_file, case.tags)),
        limits=asdict(case.limits),
        policies=tuple(policy.value for policy in case.policies),
    )


def judgements_of(case: Case) -> list[JudgementMade]:
    """The judgements of a case file, in its order."""
    return [
        JudgementMade(
            id=one.id,
            kind=one.kind.value,
            who=one.who,
            when=one.when,
            why=one.why,
            addresses=one.names,
            txid=str(one.txid) if one.txid else None,
            withdraws=one.withdraws,
        )
        for one in case.judgements
    ]


def moment_text(epoch: int | None) -> str | None:
    """A time in epoch seconds as a case file has it; None stays None."""
    return None if epoch is None else f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _file(path: Path) -> FileRef:
    with path.open("rb") as file:
        return FileRef(str(path.resolve()), hashlib.file_digest(file, "sha256").hexdigest())


# -- to a file


def case_text(state: CaseState) -> str:
    """A kept case as a case file; `load_case` reads it."""
    return "\n".join(_lines(state)) + "\n"


def _lines(state: CaseState) -> Iterator[str]:
    opened, terms = state.opened.what, state.terms.what if state.terms else TermsSet()
    yield from _section(
        "[case]", reference=opened.reference, legal_basis=opened.legal_basis, opened=opened.opened
    )
    kinds = {
        kind: [seed.text for seed in state.seeds if seed.kind == kind] for kind in ("address", "outpoint")
    }
    yield from _section("[seeds]", addresses=kinds["address"] or None, outpoints=kinds["outpoint"] or None)
    yield from _section("[period]", **{"from": terms.period_from, "to": terms.period_to})
    prices = [one.path for one in terms.prices]
    valuation = {"currency": terms.currency, "prices": prices or None, "report_date": terms.report_date}
    yield from _section("[valuation]", **valuation)
    yield from _section("[attribution]", tags=[one.path for one in terms.tags] or None)
    yield from _section("[limits]", **terms.limits)
    yield from _section("[flow]", policies=list(terms.policies) or None)
    for one in state.judgements:
        yield from _section("[[judgement]]", **{**content_of(one.what), "when": one.what.when})


def _section(head: str, **answers: object) -> Iterator[str]:
    given = {key: value for key, value in answers.items() if value not in (None, [], ())}
    if not given:
        return
    yield head
    for key, value in given.items():
        yield f"{key} = {_toml(value)}"
    yield ""


def _toml(value: object) -> str:
    match value:
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case date():
            return value.isoformat()
        case int():
            return str(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def case_of(state: CaseState, network: Network) -> Case:
    """A kept case, ready to be run.

    Its basis names no path of this machine: it has the digest of what the case says, in place of a file's.

    Raises:
        BadCase: something is missing, or a file is not what it was when the terms were set.
    """
    _require_files(state)
    with tempfile.TemporaryDirectory(prefix="cointrail-case-") as folder:
        path = Path(folder) / "case.toml"
        path.write_text(case_text(state), encoding="utf-8")
        try:
            case = load_case(path, network)
        except BadCase as error:
            said = str(error).replace(str(path), f"case `{state.reference}`")
            hint = "put what is missing on the case, as with `cointrail case import CASE.toml`"
            raise BadCase(said, hint=error.hint or hint) from None
    places = {(seed.kind, seed.text): place for place, seed in enumerate(state.seeds, 1)}
    return replace(
        case,
        seeds=tuple(replace(one, file=SEEDS, line=places[one.kind.value, one.text]) for one in case.seeds),
        files=(ReadFile(Path("journal"), definition_digest(state)),),
    )


def definition_digest(state: CaseState) -> str:
    """SHA-256 of what a case says about how it is to be run; where its files lie is left out."""
    terms = content_of(state.terms.what) if state.terms else {}
    for name in ("prices", "tags"):
        terms[name] = [one["sha256"] for one in terms.get(name, ())]
    said = {
        "opened": content_of(state.opened.what),
        "terms": terms,
        "seeds": [[seed.kind, seed.text] for seed in state.seeds],
        "judgements": [content_of(one.what) for one in state.judgements],
    }
    return hashlib.sha256(canonical(said)).hexdigest()


def _require_files(state: CaseState) -> None:
    terms = state.terms.what if state.terms else TermsSet()
    for wanted in (*terms.prices, *terms.tags):
        path = Path(wanted.path)
        try:
            same = _file(path).sha256 == wanted.sha256
        except OSError as error:
            raise BadCase(
                f"`{path}`, which case `{state.reference}` uses, cannot be read: {error.strerror}",
                hint=f"put it back, or {_ANEW}",
            ) from None
        if not same:
            raise BadCase(
                f"`{path}` is not what it was when case `{state.reference}` was told to use it",
                hint=f"put it back, or {_ANEW}",
            )
