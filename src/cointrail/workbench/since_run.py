"""What a kept case says now that its last run does not rest on."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cointrail.attribution.load import load_tags
from cointrail.casework.basis import settings_of
from cointrail.casework.judged_clusters import judgement_values
from cointrail.chain.network import get_network
from cointrail.errors import BadCase, BadInput, CointrailError
from cointrail.journal.acts import TermsSet
from cointrail.journal.judgements import judgement_of
from cointrail.journal.state import CaseState
from cointrail.valuation.rates import RateBook
from cointrail.workbench.case_files import case_of
from cointrail.workbench.case_terms import ANY_SEED

TERMS = {
    "legal_basis": "the legal basis",
    "opened": "the day of opening",
    "period": "the period",
    "currency": "the currency",
    "report_date": "the report date",
    "limits": "the limits",
    "policies": "the order of the flow policies",
}
"""What of the settings of a run is said by terms, in words."""

MOST_DIGESTS = 64
"""Sets of files whose digest is kept; each is a text of 64 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFiles:
    """Files that a case is run with where it names none: those of a server."""

    tags: tuple[Path, ...] = ()
    prices: tuple[Path, ...] = ()


NOTHING_SERVED = ServedFiles()


def since_run(
    basis: Mapping[str, Any], kept: CaseState, served: ServedFiles = NOTHING_SERVED
) -> tuple[str, ...]:
    """How the case differs from what its run rests on, a sentence each; none where the run is current.

    Notes, deadlines, documents, exhibits and whatever else no run reads make no difference.

    Args:
        basis: of the run, as `basis.json` has it.
        kept: the case as it stands.
        served: what the next run would take where the case names no files.
    """
    said = basis["settings"]
    return (
        *_gone_and_new("seed", said["seeds"], ({"kind": one.kind, "text": one.text} for one in kept.seeds)),
        *_gone_and_new(
            "judgement",
            said["judgements"],
            judgement_values([judgement_of(one.what) for one in kept.judgements]),
        ),
        *_terms(said, kept),
        *_files(basis, kept, served),
    )


def require_current(basis: Mapping[str, Any], kept: CaseState, served: ServedFiles = NOTHING_SERVED) -> None:
    """Refuse a run that the case has moved on from, for what goes to others and has no place to say it.

    Raises:
        BadInput: how they differ.
    """
    if changed := since_run(basis, kept, served):
        raise BadInput(
            f"case `{kept.reference[:80]}` has changed since it was run: {'; '.join(changed)}",
            hint="run the case again first",
        )


def _gone_and_new(what: str, then: Iterable[Any], now: Iterable[Any]) -> Iterator[str]:
    before, after = (Counter(json.dumps(one, sort_keys=True) for one in ones) for ones in (then, now))
    if new := (after - before).total():
        yield f"{_count(new, what)} of the case {'is' if new == 1 else 'are'} not in this run"
    if gone := (before - after).total():
        yield f"{_count(gone, what)} of this run no longer {'counts' if gone == 1 else 'count'}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _terms(said: Mapping[str, Any], kept: CaseState) -> Iterator[str]:
    if kept.terms is None:
        yield "the case does not say how it is to be run"
        return
    terms = replace(kept.terms.what, tags=(), prices=())
    trial = replace(kept, terms=replace(kept.terms, what=terms), seeds=(ANY_SEED,), judgements=())
    try:
        now = settings_of(case_of(trial, get_network(kept.opened.what.network)))
    except BadCase as error:
        yield f"the case cannot be run as it stands: {error}"
        return
    if other := [words for name, words in TERMS.items() if now[name] != said[name]]:
        yield f"the case goes by other terms now: {', '.join(other)}"


def _files(basis: Mapping[str, Any], kept: CaseState, served: ServedFiles) -> Iterator[str]:
    terms = kept.terms.what if kept.terms else TermsSet()
    tags = [Path(one.path) for one in terms.tags] or served.tags
    prices = [Path(one.path) for one in terms.prices] or (served.prices if terms.currency else ())
    network = kept.opened.what.network
    for kind, paths, words in (("tags", tags, "tag files"), ("prices", prices, "price tables")):
        if not paths and kind == "prices" and terms.currency is None:
            continue  # nothing is valued
        try:
            digest = _digest(kind, network, tuple(map(_as_it_lies, paths)))
        except (OSError, CointrailError):
            continue  # a file that is gone says nothing of the run; the next run says that it is gone
        if digest != basis[f"{kind}_digest"]:
            yield f"its {words} are not those of this run{'' if paths else ': there are none now'}"


def _as_it_lies(path: Path) -> tuple[str, int, int, int]:
    """Names the content of a file well enough not to read it twice."""
    found = path.stat()
    return os.fspath(path), found.st_ino, found.st_size, found.st_mtime_ns


@lru_cache(maxsize=MOST_DIGESTS)
def _digest(kind: str, network: str, files: Sequence[tuple[str, int, int, int]]) -> str:
    paths = [Path(name) for name, *_ in files]
    if kind == "tags":
        return load_tags(paths, get_network(network)).digest
    return RateBook.load(paths).digest
