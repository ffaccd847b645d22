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
from cointrail.workbench import CaseBench
from cointrail.workbench.case_folder import CaseFolder
from cointrail.workbench.case_names import name_of

CaseName = Annotated[str, Path(max_length=100, description="As `/cases` lists it.")]

RUN = "-run"
"""Ends the name of a run whose own name belongs to a kept case of another reference."""


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case of this server: its name in paths, how it is kept, and its last run; one of both is there.

    `network` is None where the journal cannot be read.
    """

    name: str
    kept: Kept | None
    run: CaseFolder | None
    network: str | None


def known_cases(server: Server) -> list[KnownCase]:
    """Every case, by name: those that are kept, and runs of others."""
    if server.place is None:
        return _joined(server, None)
    with CaseBench(server.place, server.who) as bench:
        return _joined(server, bench)


def _joined(server: Server, bench: CaseBench | None) -> list[KnownCase]:
    runs = dict(server.cases)
    found: dict[str, KnownCase] = {}
    for one in () if bench is None else bench.names():
        name = name_of(one.reference)
        own = next((key for key in (name, *runs) if _is_of(runs.get(key), one.reference)), None)
        network = None if bench is None else _network(bench, one.id)
        found[name] = KnownCase(name, one, None if own is None else runs.pop(own), network)
    for key, run in runs.items():
        name = key
        while name in found:
            name += RUN
        found[name] = KnownCase(name, None, run, str(run.summary["network"]))
    return sorted(found.values(), key=lambda case: case.name)


_NETWORKS: dict[str, str | None] = {}
"""By id of the case: the first entry says it, and never changes."""


def _network(bench: CaseBench, case: str) -> str | None:
    if case not in _NETWORKS:
        try:
            _NETWORKS[case] = bench.case(case).opened.what.network
        except CaseStoreError:
            return None
    return _NETWORKS[case]


def _is_of(run: CaseFolder | None, reference: str) -> bool:
    """Whether a run is of a case: its summary has the reference as it can be shown."""
    return run is not None and run.summary["reference"] == safe_text(reference)


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
    run = find_case(server, name).run
    if run is None:
        raise NotFound(f"case `{name[:100]}` was not run yet", hint="run it first", case=name)
    return run


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
                hint="`cointrail case import CASE.toml` keeps its case",
                case=name,
            )
        yield bench, found.kept.reference
