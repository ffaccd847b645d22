"""Read a case file. All of it is checked before anything is run or written."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

from cointrail.attribution.text_file import read_text
from cointrail.casework.case import Case, Period, ReadFile, Seed, SeedKind
from cointrail.casework.seed_list import read_seed, read_seed_csv
from cointrail.casework.toml_form import MOST, TomlForm
from cointrail.chain.network import Network
from cointrail.errors import BadCase
from cointrail.tracing.limits import Limits
from cointrail.tracing.policy import CASE_POLICIES, Policy

KEYS: dict[str, frozenset[str]] = {
    "case": frozenset({"reference", "legal_basis", "opened"}),
    "seeds": frozenset({"addresses", "outpoints", "csv"}),
    "period": frozenset({"from", "to"}),
    "valuation": frozenset({"currency", "prices", "report_date"}),
    "attribution": frozenset({"tags"}),
    "limits": frozenset({"max_hops", "max_outputs", "min_value_sat", "upstream_min_percent"}),
    "flow": frozenset({"policies"}),
}
"""Every section and key that a case file may have."""

_CURRENCY = re.compile(r"[A-Z]{3}")


def load_case(path: Path, network: Network | None = None) -> Case:
    """Read and check a case file, its seed lists, and that the files it names are there.

    Paths in it are relative to the case file.

    Args:
        path: the TOML file.
        network: the network that addresses must be of; None: any.

    Raises:
        BadCase: what is wrong, with file and line.
    """
    file = read_text(path, BadCase)
    form = TomlForm(file, KEYS)
    seeds, lists = _read_seeds(form, network)
    once = list({(seed.script, seed.outpoint): seed for seed in reversed(seeds)}.values())[::-1]
    return Case(
        reference=form.get_text("case", "reference", "the authority's number of the case is mandatory"),
        legal_basis=form.get_text(
            "case", "legal_basis", "the law or order that allows the look-up is mandatory"
        ),
        opened=_day(form, "case", "opened"),
        seeds=tuple(once),
        repeated_seeds=len(seeds) - len(once),
        period=_read_period(form),
        currency=_read_currency(form),
        prices=_read_paths(form, "valuation", "prices"),
        report_date=_day(form, "valuation", "report_date"),
        tags=_read_paths(form, "attribution", "tags"),
        limits=_read_limits(form),
        policies=_read_policies(form),
        files=(ReadFile(path, file.sha256), *lists),
    )


def _read_seeds(form: TomlForm, network: Network | None) -> tuple[list[Seed], list[ReadFile]]:
    seeds: list[Seed] = []
    lists: list[ReadFile] = []
    for key, kind in (("addresses", SeedKind.ADDRESS), ("outpoints", SeedKind.OUTPOINT)):
        for text, line in form.get_texts("seeds", key):
            seeds.append(read_seed(kind, text, network, form.file.path, line))
    for listed in _read_paths(form, "seeds", "csv"):
        found, read = read_seed_csv(listed, network)
        seeds += found
        lists.append(read)
    if not seeds:
        form.refuse("the case has no seed", "seeds", hint="name `addresses`, `outpoints` or `csv` in [seeds]")
    return seeds, lists


def _read_paths(form: TomlForm, section: str, key: str) -> tuple[Path, ...]:
    paths: list[Path] = []
    for place, (text, _) in enumerate(form.get_texts(section, key)):
        path = form.file.path.parent / text
        if not path.is_file():
            form.refuse(
                f"`{text}` is not a file", section, key, place, hint="paths are relative to the case file"
            )
        paths.append(path)
    return tuple(paths)


def _day(form: TomlForm, section: str, key: str) -> date | None:
    given = form.find_date(section, key)
    if isinstance(given, datetime):
        form.refuse(f"`{key}` is a time; it must be a day", section, key, hint='write `"2017-01-31"`')
    return given


def _read_period(form: TomlForm) -> Period:
    first = _epoch(form.find_date("period", "from"), time.min)
    last = _epoch(form.find_date("period", "to"), time(23, 59, 59))
    if first is not None and last is not None and last < first:
        form.refuse("the period ends before it begins", "period", "to")
    return Period(first, last)


def _epoch(given: date | datetime | None, at: time) -> int | None:
    if given is None:
        return None
    if not isinstance(given, datetime):
        given = datetime.combine(given, at, UTC)
    return int(given.timestamp())


def _read_currency(form: TomlForm) -> str | None:
    currency = form.find_text("valuation", "currency")
    if currency is None:
        if form.find("valuation", "prices") is not None:
            form.refuse("there are prices but no `currency`", "valuation", hint='add `currency = "USD"`')
        return None
    if not _CURRENCY.fullmatch(currency):
        form.refuse(
            f"`{currency}` is not a currency code",
            "valuation",
            "currency",
            hint="three capitals, as in `USD`",
        )
    return currency


def _read_limits(form: TomlForm) -> Limits:
    bounds = (("max_hops", 0, MOST), ("max_outputs", 1, MOST), ("min_value_sat", 0, MOST))
    given = {
        name: form.find_whole("limits", name, least, most)
        for name, least, most in (*bounds, ("upstream_min_percent", 0, 100))
    }
    return Limits(**{name: value for name, value in given.items() if value is not None})


def _read_policies(form: TomlForm) -> tuple[Policy, ...]:
    given = form.get_texts("flow", "policies")
    known = [policy.value for policy in CASE_POLICIES]
    for place, (text, _) in enumerate(given):
        if text not in known:
            form.refuse(
                f"`{text}` is not a flow policy",
                "flow",
                "policies",
                place,
                hint=f"one of: {', '.join(known)}",
            )
    if form.find("flow", "policies") is None:
        return CASE_POLICIES
    policies = tuple(dict.fromkeys(Policy(text) for text, _ in given))
    if len(policies) < len(CASE_POLICIES):
        form.refuse(
            "both flow policies are always shown", "flow", "policies", hint=f"name both: {', '.join(known)}"
        )
    return policies
