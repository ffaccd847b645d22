"""Finished runs as a server shows them: those it was told of, and those that its own jobs made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cointrail.jobs.work_folder import WorkFolder
from cointrail.workbench.case_folder import CaseFolder


class Runs(Mapping[str, CaseFolder]):
    """Runs by name. A run in the work folder comes before another of its name, and newer ones as they come.

    A run in the work folder whose files are not those that were written is not listed, and the log says so.

    Args:
        told: runs elsewhere.
        work: the work folder; None: there is none.
    """

    def __init__(self, told: Mapping[str, CaseFolder], work: WorkFolder | None) -> None:
        self._told = told
        self._work = work

    def __getitem__(self, name: str) -> CaseFolder:
        found = None if self._work is None else self._work.run_of(name)
        return self._told[name] if found is None else found

    def __iter__(self) -> Iterator[str]:
        work = self._work
        made = [] if work is None else [name for name in work.run_names() if work.run_of(name) is not None]
        yield from dict.fromkeys((*made, *self._told))

    def __len__(self) -> int:
        return sum(1 for _ in self)
