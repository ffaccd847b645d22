"""A finished run as entries of a journal: what its case file said, as the basis of the run has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cointrail.attribution.load import load_tags
from cointrail.chain.network import get_network
from cointrail.journal.acts import CaseOpened, FileRef, JudgementMade, SeedGiven, TermsSet
from cointrail.journal.book import Deed
from cointrail.report.case_tables import read_case
from cointrail.valuation.rates import RateBook
from cointrail.workbench.case_files import moment_text, seed_acts


@dataclass(frozen=True, slots=True)
class GivenFiles:
    """Tag files or price tables that are at hand, and the digest that a run which read them has for them."""

    digest: str
    files: tuple[FileRef, ...]


@dataclass(frozen=True, slots=True)
class RunAsCase:
    """The entries that keep the case of a run.

    Attributes:
        opened: the first of them.
        deeds: the others.
        left_out: `tags` and `prices` that the run went by and that are not at hand: the terms name none.
    """

    opened: CaseOpened
    deeds: tuple[Deed, ...]
    left_out: tuple[str, ...]


def case_of_run(folder: Path, *, tags: GivenFiles, prices: GivenFiles) -> RunAsCase:
    """What keeps the case of a finished run. A run names its files by digest alone, so these are given.

    Args:
        folder: what `cointrail case run` wrote.
        tags: the tag files at hand.
        prices: the price tables at hand.

    Raises:
        BadInput: the files are not what the run wrote.
    """
    basis = read_case(folder).basis
    said: dict[str, Any] = basis["settings"]
    opened = CaseOpened(
        reference=said["reference"],
        legal_basis=said["legal_basis"],
        opened=_day(said["opened"]),
        network=basis["network"],
    )
    none = {"tags": load_tags((), get_network(opened.network)).digest, "prices": RateBook.load(()).digest}
    found: dict[str, tuple[FileRef, ...]] = {"tags": (), "prices": ()}
    left_out = []
    for name, at_hand in (("tags", tags), ("prices", prices)):
        if (wanted := basis[f"{name}_digest"]) == at_hand.digest:
            found[name] = at_hand.files
        elif wanted != none[name]:
            left_out.append(name)
    terms = TermsSet(
        period_from=moment_text(said["period"]["first"]),
        period_to=moment_text(said["period"]["last"]),
        currency=said["currency"],
        report_date=_day(said["report_date"]),
        **found,
        limits={name: int(value) for name, value in said["limits"].items()},
        policies=tuple(said["policies"]),
    )
    why = f"kept from a run, tip {basis['tip_hash']}"
    missing = f"; its {' and '.join(left_out)} were not at hand" if left_out else ""
    seeds = [SeedGiven(one["kind"], one["text"], "the run") for one in said["seeds"]]
    acts = (*seed_acts(seeds), *_judgements(said["judgements"]))
    deeds = (Deed(terms, why + missing), *(Deed(act, why) for act in acts))
    return RunAsCase(opened, deeds, tuple(left_out))


def _judgements(entries: list[dict[str, Any]]) -> Iterator[JudgementMade]:
    for one in entries:
        yield JudgementMade(
            **{**one, "when": date.fromisoformat(one["when"]), "addresses": tuple(one["addresses"])}
        )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
