"""What a server needs to take jobs: where they wait, where their files lie, and what can be asked for."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.jobs.queue import JobQueue
from cointrail.jobs.work_folder import WorkFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDesk:
    """Takes jobs.

    Attributes:
        queue: where they wait.
        folder: where their files lie.
        has_blocks: whether the worker knows a blocks directory, which bundles are made from.
        has_key: whether it has a key to sign bundles with.
    """

    queue: JobQueue
    folder: WorkFolder
    has_blocks: bool = False
    has_key: bool = False
