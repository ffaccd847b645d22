"""Worked examples: small transactions with what a rule says of each. They are data, in `examples/*.toml`.

Every rule has at least one where it speaks and one where it does not, or speaks and is wrong. The pages draw
them, and a test asks the rule itself.

    [[example]]
    rule = "coinjoin.stonewall"
    tx = "alice:60_000 bob:50_000 -> shop:30_000 dave:30_000 rest:49_000"
    says = "fires"
    note = "what is to be seen, in a sentence or two"

A file holds rules that go together; its name says nothing to the program. Further keys of an example:

    scripts     in place of `tx`, for rules on two scripts: ["alice/p2pk", "alice/p2pkh"]
    height      of the block; without it, rules with dates apply as if they were reached
    version, locktime, sequence, weight   of the transaction and of all its inputs
    silent      true where the rule has nothing to say, and its answer does not begin with a word of `SILENT`
    wrong       true where what the rule says is not what was done
    facts       what a rule asks of the chain beside the transaction; see `cointrail.rulebook.facts`
    given       further arguments of the rule by name; see `cointrail.rulebook.given`
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from cointrail.chain.view import TxView
from cointrail.errors import BadInput
from cointrail.rulebook.example_text import SEQUENCE, Sides, parse_sides, script_of, view_of_sides

FOLDER = "examples"

SILENT = frozenset({"quiet", "abstains", "no", "timeout", "halt"})
"""First words of what a rule says when it has nothing to say."""


MOST = 3
"""Tables of a list that are written out; of more, the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked example.

    Attributes:
        rule: id of the rule.
        tx: the transaction as text; empty where the rule looks at scripts only.
        scripts: what such a rule looks at, `name/type`.
        says: the rule's answer: `fires` or `quiet` of a detector; `links NAME...`; `leaves NAME...`, the
            outputs that may be change, or `leaves nothing`; `abstains`, with the reason behind a colon; of
            another type its name and fields.
        note: what is to be seen.
        wrong: whether the rule's answer is not what was done.
        silent: whether an answer of a type of its own says nothing.
        height: of the block; None for a transaction looked at outside a chain.
        facts: what the rule asks of the chain.
        given: further arguments of the rule, by name.
    """

    rule: str
    tx: str = ""
    scripts: tuple[str, ...] = ()
    says: str
    note: str
    wrong: bool = False
    silent: bool = False
    height: int | None = None
    version: int = 2
    locktime: int = 0
    sequence: int = SEQUENCE
    weight: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What the rule looks at, in one line."""
        given = "; ".join(f"{name}: {in_words(value)}" for name, value in self.given.items())
        return "; ".join(part for part in (self.tx or ", ".join(self.scripts), given) if part)

    @property
    def speaks(self) -> bool:
        """Whether the rule has something to say here; to leave every output says nothing."""
        word, *names = self.says.split(" ")
        if word == "leaves":
            return set(names) != set(self.sides.out_names)
        return not self.silent and word.rstrip(":") not in SILENT

    @property
    def sides(self) -> Sides:
        """Inputs and outputs as written."""
        return parse_sides(self.tx)

    def view(self) -> TxView:
        """The transaction as rules look at it."""
        return view_of_sides(
            self.sides,
            height=self.height,
            version=self.version,
            locktime=self.locktime,
            sequence=self.sequence,
            weight=self.weight,
        )

    def script_bytes(self) -> tuple[bytes, ...]:
        """The scripts that a rule on scripts looks at."""
        return tuple(script_of(name, kind) for name, _, kind in (one.partition("/") for one in self.scripts))


def in_words(value: object) -> str:
    """A given value in a line: a table as `name value, name value`."""
    match value:
        case dict():
            return ", ".join(f"{name} {in_words(one)}" for name, one in value.items())
        case list() if len(value) > MOST and isinstance(value[0], dict):
            return f"{len(value)} of them, the first: {in_words(value[0])}"
        case list():
            return " ".join(map(in_words, value))
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
    return str(value)


@cache
def all_examples() -> dict[str, tuple[Example, ...]]:
    """The examples of every rule, by its id, in the order of the files.

    Raises:
        BadInput: a file cannot be read as examples.
    """
    found: dict[str, list[Example]] = {}
    for example in _read():
        found.setdefault(example.rule, []).append(example)
    return {rule: tuple(examples) for rule, examples in found.items()}


def examples_of(rule_id: str) -> tuple[Example, ...]:
    """The examples of one rule."""
    return all_examples().get(rule_id, ())


def _read() -> Iterator[Example]:
    folder = files("cointrail.rulebook").joinpath(FOLDER)
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.name.endswith(".toml"):
            yield from parse_examples(path.read_text("utf-8"), path.name)


def parse_examples(text: str, name: str) -> Iterator[Example]:
    """Read a file of examples.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        BadInput: it is not TOML, or an entry has a key too many or too few.
    """
    try:
        entries = tomllib.loads(text).get("example", [])
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{name}: {error}", hint="see `cointrail.rulebook.examples`", path=name) from error
    for place, entry in enumerate(entries, 1):
        try:
            yield Example(**{**entry, "scripts": tuple(entry.get("scripts", ()))})
        except TypeError as error:
            raise BadInput(
                f"{name}, example {place}: {error}", hint="see `cointrail.rulebook.examples`", path=name
            ) from error
