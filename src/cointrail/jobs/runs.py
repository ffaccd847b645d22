"""Finished runs as a server shows them: those it was told of, and those that its own jobs made."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from cointrail.errors import BadInput
from cointrail.jobs.work_folder import WorkFolder
from cointrail.workbench.case_folder import CaseFolder

_LOG = logging.getLogger("cointrail.jobs")


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
        made = [] if self._work is None else [name for name in self._work.run_names() if self._is_whole(name)]
        yield from dict.fromkeys((*made, *self._told))

    def _is_whole(self, name: str) -> bool:
        try:
            return self[name] is not None
        except BadInput as error:
            _LOG.warning("the newest run of `%s` is not shown: %s", name, error)
            return False

    def __len__(self) -> int:
        return sum(1 for _ in self)
