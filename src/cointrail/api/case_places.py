"""Which cases a server has, and how a route gets at one: kept in the database, run, or both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path

from cointrail.api.server import Server
from cointrail.attribution.safe_text import safe_text
from cointrail.errors import CaseStoreError, NoSuchCase, NotFound
from cointrail.journal.keeping import CaseName as Kept
from cointrail.journal.state import CaseState
from cointrail.workbench import CaseBench
from cointrail.workbench.case_folder import CaseFolder
from cointrail.workbench.case_names import name_of

CaseName = Annotated[str, Path(max_length=100, description="As `/cases` lists it.")]

RUN = "-run"
"""Ends the name of a run whose own name belongs to a kept case of another reference."""


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case of this server: its name in paths, how it is kept, and its last run; one of both is there."""

    name: str
    kept: Kept | None
    run: CaseFolder | None


def known_cases(server: Server) -> list[KnownCase]:
    """Every case, by name: those that are kept, and runs of others."""
    if server.place is None:
        return _joined(server, None)
    with CaseBench(server.place, server.who) as bench:
        return _joined(server, bench)


def _joined(server: Server, bench: CaseBench | None) -> list[KnownCase]:
    runs = dict(server.cases)
    of: dict[str, list[str]] = {}
    for key, run in runs.items():
        of.setdefault(run.summary["reference"], []).append(key)
    found: dict[str, KnownCase] = {}
    for one in () if bench is None else bench.names():
        name = name_of(one.reference)
        keys = of.get(safe_text(one.reference), [])  # a summary has the reference as it can be shown
        own = name if name in keys else next(iter(keys), None)
        if own is not None:
            keys.remove(own)
        found[name] = KnownCase(name, one, None if own is None else runs.pop(own))
    for key, run in runs.items():
        name = key
        while name in found:
            name += RUN
        found[name] = KnownCase(name, None, run)
    return sorted(found.values(), key=lambda case: case.name)


MOST_NETWORKS = 10_000
"""Cases whose network is known without reading their journals, some hundred bytes each; our choice. Beyond
them all are forgotten."""
_NETWORKS: dict[str, str] = {}
"""By id of the case: the first entry says it, and never changes."""


def network_of(server: Server, case: KnownCase) -> str | None:
    """The network that a case is about; None where its journal cannot be read."""
    if case.kept is None:
        return None if case.run is None else str(case.run.summary["network"])
    found = _NETWORKS.get(case.kept.id)
    if found is None:
        try:
            with bench_of(server) as bench:
                found = bench.case(case.kept.id).opened.what.network
        except CaseStoreError:
            return None
        if len(_NETWORKS) >= MOST_NETWORKS:
            _NETWORKS.clear()
        _NETWORKS[case.kept.id] = found
    return found


def find_case(server: Server, name: str) -> KnownCase:
    """A case by its name, or by the folder of its run.

    Raises:
        NoSuchCase: there is none.
    """
    return _named(server, known_cases(server), name)


def _named(server: Server, cases: list[KnownCase], name: str) -> KnownCase:
    folder = server.cases.get(name)
    by_name = (case for case in cases if case.name == name)
    by_folder = (case for case in cases if folder is not None and case.run is folder)
    found = next(by_name, None) or next(by_folder, None)
    if found is None:
        raise NoSuchCase(f"there is no case `{name[:100]}`", hint="see /api/v1/cases", case=name)
    return found


def run_of(server: Server, name: str) -> CaseFolder:
    """The last run of a case.

    Raises:
        NoSuchCase: there is no such case.
        NotFound: it was not run.
    """
    return _require_run(find_case(server, name), name)


def _require_run(case: KnownCase, name: str) -> CaseFolder:
    if case.run is None:
        raise NotFound(f"case `{name[:100]}` was not run yet", hint="run it first", case=name)
    return case.run


def run_and_state(server: Server, name: str) -> tuple[CaseFolder, CaseState | None]:
    """The last run of a case, and the case as it stands; None where it is not kept.

    Raises:
        NoSuchCase: there is no such case.
        NotFound: it was not run.
    """
    found = find_case(server, name)
    run = _require_run(found, name)
    if found.kept is None:
        return run, None
    with bench_of(server) as bench:
        return run, bench.case(found.kept.id)


@contextmanager
def bench_of(server: Server) -> Iterator[CaseBench]:
    """The case database, for one request.

    Raises:
        NotFound: this server has none.
    """
    if server.place is None:
        raise NotFound("this server keeps no cases", hint="start it with `--db`")
    with CaseBench(server.place, server.who) as bench:
        yield bench


@contextmanager
def kept_case(server: Server, name: str) -> Iterator[tuple[CaseBench, str]]:
    """The case database and the reference of a kept case.

    Raises:
        NoSuchCase: no kept case has this name.
    """
    with bench_of(server) as bench:
        found = _named(server, _joined(server, bench), name)
        if found.kept is None:
            raise NoSuchCase(
                f"the run `{name[:100]}` is of no case that is kept here",
                hint=f"`POST /api/v1/cases/{name[:100]}/keep` keeps its case, as the page offers",
                case=name,
            )
        yield bench, found.kept.reference
