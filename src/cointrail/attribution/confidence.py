"""How far a tag's maker vouches for it: the fourteen named levels of the TagPack format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confidence:
    """A named level, 0..100. Show word and number together; the number alone measures nothing."""

    id: str
    level: int


WRITTEN_TESTS: dict[str, tuple[int, str]] = {
    "override": (100, "the maker holds it to stand for the whole cluster, against all other tags"),
    "ownership": (100, "the maker controls the private key"),
    "ledger_immanent": (100, "follows from the ledger itself"),
    "manual_transaction": (90, "the maker paid from one known service to another"),
    "service_api": (70, "came from the interface of a known service"),
    "forensic_investigation": (70, "found in a documented investigation"),
    "authority_data": (60, "published by a public authority"),
    "trusted_provider": (50, "came from a third party that the maker trusts"),
    "service_data": (50, "came from a known service, such as its own list"),
    "forensic": (50, "taken from a report or a paper"),
    "untrusted_transaction": (40, "a third party says that it paid to or from the service"),
    "web_crawl": (20, "found on the web or in a dump"),
    "heuristic": (10, "guessed by a method of unknown error"),
    "unknown": (5, "nothing is known about how it was found"),
}
"""Level and meaning of each word. Source: graphsense-lib, tagpack confidence table, 2026."""

UNKNOWN = Confidence("unknown", WRITTEN_TESTS["unknown"][0])


def find_confidence(word: str) -> Confidence | None:
    """The level of that name; None when the table has no such word."""
    known = WRITTEN_TESTS.get(word)
    return Confidence(word, known[0]) if known else None
