"""The folder of finished work: runs of cases, files of jobs, packets. What is in it is whole.

runs/NAME/JOB/      what `cointrail case run` writes; the greatest JOB is the newest run
jobs/JOB/           files of a job, to be downloaded
packets/SHA256/     request packets, by the digest that names them
salts/NAME          the secret number of a case; see `BundleAsk`
.draft-JOB/         of a job that runs, or that died
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cointrail.errors import BadInput, NotFound
from cointrail.store.manifest import sync_folder
from cointrail.workbench.case_folder import CaseFolder

_LOG = logging.getLogger("cointrail.jobs")

_DRAFT = ".draft-"

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
"""What stands for a file or folder here: no separator, and nothing that starts with a point."""


class WorkFolder:
    """A folder of finished work, which only its owner can read.

    Args:
        path: the folder; made where there is none.

    Raises:
        BadInput: it cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in ("runs", "jobs", "packets", "salts"):
                (self.path / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"`{path}` cannot be used as a folder for work: {error.strerror}",
                hint="name another with `--work`",
                path=str(path),
            ) from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise BadInput(f"`{path}` cannot be written", hint="name another with `--work`", path=str(path))
        self._opened: dict[str, tuple[Path, CaseFolder | None]] = {}
        """By name of the case, so one for each that has a run here: its summary, not its tables."""

    # -- runs

    def run_names(self) -> list[str]:
        """Names of the cases that have a run here."""
        return sorted(path.name for path in (self.path / "runs").iterdir() if self.newest_run(path.name))

    def newest_run(self, name: str) -> Path | None:
        """The folder of the newest run of a case; None: it has none here."""
        if not _PART.fullmatch(name):
            return None
        try:
            found = sorted(path.name for path in (self.path / "runs" / name).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return None
        return self.path / "runs" / name / found[-1] if found else None

    def run_of(self, name: str) -> CaseFolder | None:
        """The newest run of a case; None: it has none here whose files are those that were written.

        A run is looked at once, whether it is whole or not; the log says which is not.
        """
        path = self.newest_run(name)
        if path is None:
            return None
        held = self._opened.get(name)
        if held is None or held[0] != path:
            held = self._opened[name] = path, _whole(path)
        return held[1]

    # -- files of jobs

    def job_folder(self, job: str) -> Path:
        """Where the files of a job are once it is done."""
        return self.path / "jobs" / _part(job)

    def job_file(self, job: str, name: str) -> Path:
        """A file of a job.

        Raises:
            NotFound: the job made no such file.
        """
        path = self.job_folder(job) / name
        if not _PART.fullmatch(name) or path.is_symlink() or not path.is_file():
            raise NotFound(f"job {job[:40]} has no file `{name[:100]}`", hint="see `result` of the job")
        return path

    def find_packet(self, digest: str) -> Path | None:
        """The folder of a request packet by the digest that its request names; None: it is not here."""
        path = self.path / "packets" / digest
        return path if re.fullmatch("[0-9a-f]{64}", digest) and path.is_dir() else None

    def salt_file(self, name: str) -> Path:
        """The file with the secret number of a case."""
        return self.path / "salts" / _part(name)

    # -- putting in place

    def draft(self, job: str) -> Path:
        """An empty folder for a job to write into; what it wrote before it died is gone."""
        path = self.path / f"{_DRAFT}{_part(job)}"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(mode=0o700)
        return path

    def drafts(self) -> list[str]:
        """Ids of jobs that have a draft here."""
        return sorted(path.name.removeprefix(_DRAFT) for path in self.path.glob(f"{_DRAFT}*"))

    def drop_draft(self, job: str) -> None:
        """Remove what a job wrote and did not finish."""
        shutil.rmtree(self.path / f"{_DRAFT}{_part(job)}", ignore_errors=True)

    def place(self, source: Path, to: Path) -> None:
        """Move a finished folder to where it is found, in one step; one that is there already stays."""
        if not to.parent.exists():
            to.parent.mkdir(mode=0o700)
            sync_folder(to.parent.parent)
        if not to.exists():
            source.rename(to)
        sync_folder(to.parent)

    @staticmethod
    def sync(folder: Path) -> None:
        """Have the disk keep all that is in a folder."""
        for parent, _, names in os.walk(folder):
            for name in names:
                with (Path(parent) / name).open("rb") as file:
                    os.fsync(file.fileno())
            sync_folder(Path(parent))

    @contextmanager
    def only_worker(self, home: str) -> Iterator[bool]:
        """Holds the lock of workers; says False when another has it. It ends with its process."""
        handle = os.open(self.path / f".worker-{home[:16]}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(handle)


def _whole(run: Path) -> CaseFolder | None:
    try:
        return CaseFolder(run)
    except BadInput as error:
        _LOG.warning("the run `%s` is not shown: %s", run, error)
        return None


def _part(name: str) -> str:
    if not _PART.fullmatch(name):
        raise NotFound(f"`{name[:100]}` names nothing here")
    return name
