"""Where journals are kept: the narrow protocol, and the plain one in memory that defines it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from cointrail.errors import BadInput, NoSuchCase
from cointrail.journal.entry import Head


@dataclass(frozen=True, slots=True)
class CaseName:
    """A case that is kept. `head` is what was put down beside the journal with its last entry."""

    id: str
    reference: str
    head: Head


@dataclass(frozen=True, slots=True)
class Addition:
    """Lines to go after those that are there, and what is kept beside them, by SHA-256."""

    lines: tuple[bytes, ...]
    head: Head
    results: Mapping[str, bytes] = field(default_factory=dict)


Make = Callable[[Sequence[bytes], Head], Addition]
"""Given the lines of a journal and its head as put down; nobody else adds to it meanwhile."""


class JournalKeeper(Protocol):
    """Journals, and the results beside them. An addition is kept whole, for good, or not at all."""

    def cases(self) -> list[CaseName]:
        """Every case, by reference."""

    def begin(self, case: str, reference: str, addition: Addition) -> None:
        """Keep a new case.

        Raises:
            BadInput: the reference is taken.
        """

    def add(self, case: str, make: Make) -> None:
        """Add to a journal; whoever else wants to add waits.

        Raises:
            NoSuchCase: it is not kept here.
            CaseStoreBusy: somebody else adds for too long.
        """

    def lines(self, case: str) -> list[bytes]:
        """The lines of a journal."""

    def find_result(self, case: str, digest: str) -> bytes | None:
        """What is kept beside a journal under a SHA-256; None: nothing is."""

    def close(self) -> None:
        """Let go of it."""


class MemoryKeeper:
    """Journals in memory: what every keeper must do, in the fewest words."""

    def __init__(self) -> None:
        self._names: dict[str, CaseName] = {}
        self._lines: dict[str, list[bytes]] = {}
        self._results: dict[tuple[str, str], bytes] = {}
        self._lock = Lock()

    def cases(self) -> list[CaseName]:
        """Every case, by reference."""
        return sorted(self._names.values(), key=lambda one: one.reference)

    def begin(self, case: str, reference: str, addition: Addition) -> None:
        """Keep a new case."""
        with self._lock:
            if any(reference == one.reference for one in self._names.values()):
                raise reference_taken(reference)
            self._lines[case] = []
            self._keep(case, reference, addition)

    def add(self, case: str, make: Make) -> None:
        """Add to a journal."""
        with self._lock:
            if case not in self._names:
                raise no_such_case(case)
            name = self._names[case]
            self._keep(case, name.reference, make(tuple(self._lines[case]), name.head))

    def _keep(self, case: str, reference: str, addition: Addition) -> None:
        self._lines[case] += addition.lines
        self._results |= {(case, digest): data for digest, data in addition.results.items()}
        self._names[case] = CaseName(case, reference, addition.head)

    def lines(self, case: str) -> list[bytes]:
        """The lines of a journal."""
        return list(self._lines.get(case, ()))

    def find_result(self, case: str, digest: str) -> bytes | None:
        """What is kept beside a journal under a SHA-256."""
        return self._results.get((case, digest))

    def close(self) -> None:
        """Nothing to let go of."""


def reference_taken(reference: str) -> BadInput:
    """The one error for a second case of the same reference."""
    return BadInput(
        f"there is a case `{reference}` already",
        hint="a reference names one case; `cointrail case show` has it",
        reference=reference,
    )


def no_such_case(reference: str) -> NoSuchCase:
    """The one error for a case that is not kept."""
    return NoSuchCase(
        f"there is no case `{reference}`",
        hint="`cointrail case list` has those that there are; `case new` opens one",
        reference=reference,
    )
