"""What a job is: what was asked, how far it is, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobKind(StrEnum):
    """What a job does."""

    CASE_RUN = "case_run"
    """Run a kept case; `/cases/NAME` then shows that run."""
    REPORT = "report"
    """Set a case that was run as a report, and write it for other programs."""
    BUNDLE = "bundle"
    """Run a kept case and pack its evidence for strangers to check."""
    BUNDLE_VERIFY = "bundle_verify"
    """Check a bundle that an earlier job made, question by question."""
    EXHIBITS_VERIFY = "exhibits_verify"
    """Ask the questions of exhibits again and compare to the byte."""
    PACKETS = "packets"
    """Make request packets for exchanges."""


class JobState(StrEnum):
    """How far a job is; the last three are its ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDS = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFile:
    """A file that a job made."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """What a job made.

    Attributes:
        summary: what it found, as values; what is in it depends on the kind.
        files: to be downloaded.
    """

    summary: dict[str, Any]
    files: tuple[JobFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProblem:
    """Why a job failed; the fields are those of a problem (RFC 9457)."""

    code: str
    title: str
    detail: str
    hint: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Long work that was asked for.

    Attributes:
        id: its name; a later job has a greater one.
        kind: what it does.
        case: the name of the case that it is about.
        options: as they were asked for.
        params_sha256: digest of everything that was asked, as canonical JSON.
        state: how far it is.
        step: what it is at.
        done: how much of that step.
        total: of so much; 0: nobody knows.
        attempts: how often a worker took it up.
        cancel_requested: whether it is to stop.
        made_utc: when it was asked for.
        started_utc: when a worker first took it up.
        ended_utc: when it ended.
        heartbeat_utc: when its worker last said that it lives.
        result: what it made; None unless it is done.
        problem: why it failed; None unless it did.
    """

    id: str
    kind: JobKind
    case: str
    options: dict[str, Any]
    params_sha256: str
    state: JobState
    step: str
    done: int
    total: int
    attempts: int
    cancel_requested: bool
    made_utc: datetime
    started_utc: datetime | None
    ended_utc: datetime | None
    heartbeat_utc: datetime | None
    result: JobResult | None
    problem: JobProblem | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDS
