"""The jobs of one server, in the case database. Each method is one transaction."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from cointrail.errors import JobsFull, NotFound
from cointrail.jobs.job import Job, JobFile, JobKind, JobProblem, JobResult, JobState
from cointrail.journal.canonical import canonical
from cointrail.journal.sql_keeper import SqlKeeper
from cointrail.journal.sql_tables import JOBS
from cointrail.lookups.views import Page

MOST_WAITING = 100
"""Jobs that may wait at a time; our choice: far more than a person starts by hand."""
MOST_ATTEMPTS = 3
"""Workers that may die over a job before it counts as failed; our choice."""

_ID = re.compile(r"[0-9]{20}-[0-9a-f]{4}")
_OPEN = (JobState.WAITING.value, JobState.RUNNING.value)


def home_of(work: Path, store: Path) -> str:
    """Names the worker that does jobs over a store into a work folder of this machine."""
    said = {"host": socket.gethostname(), "work": str(work.resolve()), "store": str(store.resolve())}
    return hashlib.sha256(canonical(said)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """Some jobs, the newest first."""

    page: Page
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker has, with what its route found out for it.

    Attributes:
        job: the job.
        params: everything that was asked.
        checkpoint: what an attempt before this one got done.
    """

    job: Job
    params: dict[str, Any]
    checkpoint: dict[str, Any]


class JobQueue:
    """Jobs that wait, run or have ended.

    Args:
        keeper: the case database.
        home: which worker's; see `home_of`.
        now: the time, UTC.
    """

    def __init__(
        self, keeper: SqlKeeper, home: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.home = home
        self._keeper = keeper
        self._now = now

    # -- asking

    def add(self, kind: JobKind, case: str, params: Mapping[str, Any]) -> Job:
        """Ask for work.

        Args:
            kind: what is to be done.
            case: the name of the case.
            params: everything that decides the outcome; `options` in it are shown again.

        Raises:
            JobsFull: too many wait already.
        """
        said = canonical({"kind": kind.value, "case": case, **params})
        with self._keeper.writing() as connection:
            waiting = select(func.count()).where(
                JOBS.c.home == self.home, JOBS.c.state == JobState.WAITING.value
            )
            if (count := connection.execute(waiting).scalar_one()) >= MOST_WAITING:
                raise JobsFull(
                    f"{count} jobs wait already", hint="wait until some are done, or cancel them", jobs=count
                )
            last = connection.execute(select(func.max(JOBS.c.id))).scalar_one_or_none() or ""
            job = self._next_id(last)
            row = {
                "id": job,
                "home": self.home,
                "kind": kind.value,
                "case_name": case,
                "params": said.decode(),
                "params_sha256": hashlib.sha256(said).hexdigest(),
                "state": JobState.WAITING.value,
                "step": "",
                "done": 0,
                "total": 0,
                "attempts": 0,
                "cancel_requested": 0,
                "made_utc": self._time(),
            }
            connection.execute(insert(JOBS).values(row))
            return self._get(connection, job)

    def get(self, job: str) -> Job:
        """A job by its id.

        Raises:
            NotFound: there is none.
        """
        with self._keeper.reading() as connection:
            return self._get(connection, job)

    def part(self, *, case: str | None = None, start: int = 0, limit: int = 100) -> JobList:
        """Jobs, the newest first."""
        if case is not None and not case.isprintable():
            return JobList(page=Page(start, 0, 0), jobs=())
        ours = [JOBS.c.home == self.home, *([] if case is None else [JOBS.c.case_name == case])]
        with self._keeper.reading() as connection:
            total = connection.execute(select(func.count()).select_from(JOBS).where(*ours)).scalar_one()
            wanted = select(JOBS).where(*ours).order_by(JOBS.c.id.desc()).offset(start).limit(limit)
            jobs = tuple(_job(row) for row in connection.execute(wanted))
        return JobList(page=Page(start, len(jobs), total), jobs=jobs)

    def cancel(self, job: str) -> Job:
        """Let a job stop: at once when it waits, else within a second or two. One that ended stays."""
        with self._keeper.writing() as connection:
            found = self._get(connection, job, lock=True)
            if found.state is JobState.WAITING:
                self._set(connection, job, state=JobState.CANCELLED.value, ended_utc=self._time())
            if not found.has_ended:
                self._set(connection, job, cancel_requested=1)
            return self._get(connection, job)

    # -- working

    def has_work(self) -> bool:
        """Whether a job waits."""
        waiting = select(JOBS.c.id).where(JOBS.c.home == self.home, JOBS.c.state == JobState.WAITING.value)
        with self._keeper.reading() as connection:
            return connection.execute(waiting.limit(1)).first() is not None

    def claim(self) -> Claim | None:
        """Take the job up that has waited longest; None: none waits."""
        with self._keeper.writing() as connection:
            oldest = (
                select(JOBS)
                .where(JOBS.c.home == self.home, JOBS.c.state == JobState.WAITING.value)
                .order_by(JOBS.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = connection.execute(oldest).one_or_none()
            if row is None:
                return None
            now = self._time()
            self._set(
                connection,
                row.id,
                state=JobState.RUNNING.value,
                attempts=row.attempts + 1,
                started_utc=row.started_utc or now,
                heartbeat_utc=now,
            )
            checkpoint = json.loads(row.checkpoint) if row.checkpoint else {}
            return Claim(self._get(connection, row.id), json.loads(row.params), checkpoint)

    def take_up_again(self) -> list[str]:
        """Put jobs back whose worker is dead, as whoever holds the lock of workers knows.

        Returns:
            Their ids.
        """
        running = select(JOBS).where(JOBS.c.home == self.home, JOBS.c.state == JobState.RUNNING.value)
        with self._keeper.writing() as connection:
            rows = connection.execute(running).all()
            for row in rows:
                self._put_back(connection, row)
        return [row.id for row in rows]

    def _put_back(self, connection: Connection, row: Row[Any]) -> None:
        if row.cancel_requested:
            self._set(connection, row.id, state=JobState.CANCELLED.value, ended_utc=self._time())
        elif row.attempts >= MOST_ATTEMPTS:
            died = JobProblem(
                code="worker_died",
                title="The worker died over this job",
                detail=f"{row.attempts} workers took it up and none came to its end",
                hint="it may need more memory than there is: look into the system's log",
                facts={"attempts": row.attempts},
            )
            self._end(connection, row.id, JobState.FAILED, problem=died)
        else:
            again = "taken up again where it was" if row.checkpoint else "taken up again from the beginning"
            self._set(connection, row.id, state=JobState.WAITING.value, step=again, done=0, total=0)

    def beat(self, job: str, step: str, done: int, total: int) -> bool:
        """Say that a job's worker lives, and how far it is.

        Returns:
            Whether it is to stop.
        """
        with self._keeper.writing() as connection:
            self._set(connection, job, step=step, done=done, total=total, heartbeat_utc=self._time())
            return self._get(connection, job).cancel_requested

    def keep(self, job: str, checkpoint: Mapping[str, Any]) -> None:
        """Put down what a job got done, for whoever takes it up again."""
        with self._keeper.writing() as connection:
            self._set(connection, job, checkpoint=json.dumps(checkpoint, ensure_ascii=False))

    def give_back(self, job: str) -> None:
        """Put a job back that a worker leaves in good order; this is no failed attempt."""
        with self._keeper.writing() as connection:
            found = self._get(connection, job, lock=True)
            if found.state is JobState.RUNNING:
                self._set(connection, job, state=JobState.WAITING.value, attempts=max(found.attempts - 1, 0))

    def finish(self, job: str, result: JobResult) -> None:
        """A job is done."""
        with self._keeper.writing() as connection:
            self._end(connection, job, JobState.DONE, result=result)

    def fail(self, job: str, problem: JobProblem) -> None:
        """A job failed."""
        with self._keeper.writing() as connection:
            self._end(connection, job, JobState.FAILED, problem=problem)

    def stopped(self, job: str) -> None:
        """A job stopped as it was told to."""
        with self._keeper.writing() as connection:
            self._end(connection, job, JobState.CANCELLED)

    # -- rows

    def _end(
        self,
        connection: Connection,
        job: str,
        state: JobState,
        *,
        result: JobResult | None = None,
        problem: JobProblem | None = None,
    ) -> None:
        self._set(
            connection,
            job,
            state=state.value,
            ended_utc=self._time(),
            result=None if result is None else json.dumps(asdict(result), ensure_ascii=False),
            problem=None if problem is None else json.dumps(asdict(problem), ensure_ascii=False),
        )

    @staticmethod
    def _set(connection: Connection, job: str, **values: object) -> None:
        open_still = JOBS.c.state.in_(_OPEN)
        connection.execute(update(JOBS).where(JOBS.c.id == job, open_still).values(**values))

    def _get(self, connection: Connection, job: str, *, lock: bool = False) -> Job:
        wanted = select(JOBS).where(JOBS.c.id == job, JOBS.c.home == self.home)
        row = None
        if _ID.fullmatch(job):
            row = connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()
        if row is None:
            raise NotFound(f"there is no job `{job[:40]}`", hint="see /api/v1/jobs", job=job[:40])
        return _job(row)

    def _time(self) -> str:
        return f"{self._now():%Y-%m-%dT%H:%M:%SZ}"

    def _next_id(self, last: str) -> str:
        """Time and chance; greater than every one before, also when a clock was set back."""
        stamp = f"{self._now():%Y%m%d%H%M%S%f}"
        if last[:20] >= stamp:
            stamp = str(int(last[:20]) + 1)
        return f"{stamp}-{secrets.token_hex(2)}"


def _job(row: Row[Any]) -> Job:
    result = json.loads(row.result) if row.result else None
    problem = json.loads(row.problem) if row.problem else None
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        case=row.case_name,
        options=json.loads(row.params).get("options", {}),
        params_sha256=row.params_sha256,
        state=JobState(row.state),
        step=row.step,
        done=row.done,
        total=row.total,
        attempts=row.attempts,
        cancel_requested=bool(row.cancel_requested),
        made_utc=_moment(row.made_utc) or datetime.min.replace(tzinfo=UTC),
        started_utc=_moment(row.started_utc),
        ended_utc=_moment(row.ended_utc),
        heartbeat_utc=_moment(row.heartbeat_utc),
        result=None
        if result is None
        else JobResult(summary=result["summary"], files=tuple(JobFile(**one) for one in result["files"])),
        problem=None if problem is None else JobProblem(**problem),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
