"""What a rule is, what it may answer, and the register of all rules.

A rule answers with a link or abstains and says why; to abstain is a result, not a failure. Detectors
are rules that answer yes or no about the shape of a transaction; they make no links, so they have no
tier.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

SECTIONS = ("Source", "Wrong when", "Abstains on", "Needs")
"""What the docstring of every rule must state."""

_HEADING = re.compile(r"^(Source|Wrong when|Abstains on|Needs):\s*(.*)$")


class Tier(IntEnum):
    """How much a link is worth; lower is stronger. The numbers are stored; they never change.

    Headline clusters hold T1 and T2 links only.
    """

    T0 = 0
    """Ledger fact."""
    T1 = 1
    """Same key or script."""
    T2 = 2
    """Inputs signed together, and nothing speaks against one hand."""
    T3 = 3
    """Change by agreeing signals; hops of a trace, never headline clusters."""
    T4 = 4
    """A single weak signal: a lead, drawn dashed."""
    T5 = 5
    """Not a link: amounts or times that match."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The locking scripts that one key holder could spend from, and the reason in a sentence."""

    scripts: frozenset[bytes]
    because: str


@dataclass(frozen=True, slots=True)
class Abstained:
    """No opinion, and why."""

    because: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as results name it. A change of its answers bumps `version`."""

    id: str
    version: int
    tier: Tier | None
    """The tier of its links; None for a detector, which makes none."""
    function: Callable[..., object]

    @property
    def name(self) -> str:
        """Id and version, as results quote it: `common_input@1`."""
        return f"{self.id}@{self.version}"

    @property
    def docs(self) -> dict[str, str]:
        """The sections of the rule's docstring, by heading."""
        return sections(self.function)


REGISTRY: dict[str, Rule] = {}
"""Every rule by id. Complete once `cointrail.heuristics` is imported."""

F = TypeVar("F", bound=Callable[..., object])


def rule(rule_id: str, *, version: int, tier: Tier | None = None) -> Callable[[F], F]:
    """Enter a function into the register of rules under a fresh id."""

    def enter(function: F) -> F:
        assert rule_id not in REGISTRY, f"two rules share the id {rule_id}"
        REGISTRY[rule_id] = Rule(rule_id, version, tier, function)
        return function

    return enter


def sections(function: Callable[..., object]) -> dict[str, str]:
    """Read the headed sections of a rule's docstring; each runs to the next heading or the end."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in (inspect.getdoc(function) or "").splitlines():
        if match := _HEADING.match(line):
            heading = match[1]
            found[heading] = [match[2]]
        elif heading:
            found[heading].append(line.strip())
    return {name: " ".join(lines).strip() for name, lines in found.items()}
