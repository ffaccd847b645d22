"""YAML as plain text: strings, lists and mappings with their lines, and none of YAML's powers.

Nothing is constructed by the YAML library. Its event stream is checked and built up here in one pass,
so that a file is refused at the first event that it should not have: an alias or anchor (bombs), a tag
such as `!include` (file reads, objects), a duplicate key, nesting or size over the limits below. Every
scalar stays the text that was written, so `NO` is Norway and `12:30:45` is no number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TypeAlias

import yaml

from cointrail.attribution.safe_text import safe_text
from cointrail.attribution.text_file import TextFile
from cointrail.errors import BadTag

MAX_DEPTH = 8
"""Deepest nesting. A TagPack has 4 levels, an ActorPack 5."""

TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
"""What is said of anything deeper, whoever notices it."""

MAX_NODES = 2_000_000
"""Most scalars, lists and mappings in one file. All 87 public TagPacks together have fewer."""

MAX_KEY = 200
"""Longest field name, in characters."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as written; None for an empty or null one."""

    value: str | None
    line: int


@dataclass(slots=True)
class Items:
    """A list."""

    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Fields:
    """A mapping, in file order."""

    line: int
    fields: dict[str, Node] = field(default_factory=dict)
    key: str | None = None
    """The key that waits for its value while the file is read."""


Node: TypeAlias = Text | Items | Fields


def parse_yaml(file: TextFile, *, max_nodes: int = MAX_NODES) -> Node:
    """The file's one document.

    Raises:
        BadTag: not YAML, or YAML that uses more than this reader allows; with path and line.
    """
    builder = _Builder(file.path, max_nodes)
    try:
        for event in yaml.parse(file.text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.refuse(_fault(str(error.problem)), mark.line + 1 if mark else 1)
    except yaml.YAMLError as error:
        builder.refuse(_fault(" ".join(str(error).split())), 1)
    if builder.root is None:
        builder.refuse("an empty file", 1)
    return builder.root


def _fault(problem: str) -> str:
    """What is wrong, in our words where the reader's own limit for nesting, far above ours, came first."""
    return TOO_DEEP if "nesting depth" in problem else f"not YAML: {problem}"


class _Builder:
    """Takes events, keeps the open lists and mappings on a stack of its own: no recursion."""

    def __init__(self, path: Path, max_nodes: int) -> None:
        self.root: Node | None = None
        self._path = path
        self._max_nodes = max_nodes
        self._open: list[Items | Fields] = []
        self._nodes = 0

    def refuse(self, problem: str, line: int) -> NoReturn:
        raise BadTag(
            f"{self._path}, line {line}: {safe_text(problem)}",
            hint="tag files are plain YAML: text, lists and mappings",
            path=str(self._path),
            line=line,
        )

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            self.refuse(f"an alias `*{str(event.anchor)[:40]}`; aliases are refused", line)
        if isinstance(event, yaml.NodeEvent):
            self._check(event, line)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin(Items(line))
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin(Fields(line))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            if self.root is not None:
                self.refuse("a second document in one file", line)
            if event.tags:
                self.refuse("a %TAG directive; tags are refused", line)

    def _check(self, event: yaml.NodeEvent, line: int) -> None:
        self._nodes += 1
        if self._nodes > self._max_nodes:
            self.refuse(f"more than {self._max_nodes:,} values", line)
        if event.anchor is not None:
            self.refuse(f"an anchor `&{event.anchor[:40]}`; anchors are refused", line)
        if (tag := getattr(event, "tag", None)) is not None:
            self.refuse(f"a tag `{tag[:60]}`; tags and includes are refused", line)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        parent = self._open[-1] if self._open else None
        if isinstance(parent, Fields) and parent.key is None:
            if len(event.value) > MAX_KEY:
                self.refuse(f"a field name longer than {MAX_KEY} characters", line)
            if event.value in parent.fields:
                self.refuse(f"the field `{event.value}` stands twice in one mapping", line)
            parent.key = event.value
            return
        is_null = event.implicit[0] and event.value in _NULLS
        self._add(Text(None if is_null else event.value, line))

    def _begin(self, node: Items | Fields) -> None:
        parent = self._open[-1] if self._open else None
        if isinstance(parent, Fields) and parent.key is None:
            self.refuse("a field name that is a list or a mapping", node.line)
        if len(self._open) >= MAX_DEPTH:
            self.refuse(TOO_DEEP, node.line)
        self._add(node)
        self._open.append(node)

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Items):
            parent.items.append(node)
        elif parent.key is not None:
            parent.fields[parent.key] = node
            parent.key = None


def flat(node: Node) -> str:
    """Any value as one line of text: list items by `, `, fields as `name=value`. Null is empty."""
    if isinstance(node, Text):
        return node.value or ""
    if isinstance(node, Items):
        return ", ".join(flat(item) for item in node.items)
    return ", ".join(f"{key}={flat(value)}" for key, value in node.fields.items())


def texts(node: Node | None) -> tuple[str, ...]:
    """A value that may be one text or a list of texts; blanks left out."""
    found = node.items if isinstance(node, Items) else [] if node is None else [node]
    return tuple(text for item in found if (text := flat(item).strip()))
