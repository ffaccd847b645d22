"""What an examination finds, in words: so many are spelled out, the rest are counted."""

from __future__ import annotations

MOST_FINDINGS = 100
"""Findings that are spelled out; the rest are counted."""


class Findings:
    """Sentences in the order they are said."""

    def __init__(self) -> None:
        """Begin with none."""
        self._said: list[str] = []
        self._unsaid = 0

    def __bool__(self) -> bool:
        return bool(self._said)

    def say(self, text: str) -> None:
        """Add one."""
        if len(self._said) < MOST_FINDINGS:
            self._said.append(text)
        else:
            self._unsaid += 1

    def extend(self, more: Findings) -> None:
        """Add those of a part of the work."""
        for text in more._said:
            self.say(text)
        self._unsaid += more._unsaid

    def all(self) -> tuple[str, ...]:
        """What is spelled out, and how many more there are."""
        more = (f"and {self._unsaid} more findings",) if self._unsaid else ()
        return (*self._said, *more)
