from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.attribution.importers.yaml_text import (
    MAX_DEPTH,
    MAX_KEY,
    Fields,
    Items,
    Text,
    flat,
    parse_yaml,
    texts,
)
from cointrail.attribution.text_file import TextFile
from cointrail.errors import BadTag

PATH = Path("hostile.yaml")

ALIAS_BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
)


def text_file(text: str) -> TextFile:
    return TextFile(PATH, text, "")


def fields(text: str) -> dict[str, object]:
    root = parse_yaml(text_file(text))
    assert isinstance(root, Fields)
    return {name: node.value if isinstance(node, Text) else node for name, node in root.fields.items()}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (ALIAS_BOMB, 1, "an anchor `&a0`"),
        ("a: 1\nb: *a", 2, "an alias `*a`"),
        ("a: &x 1", 1, "an anchor `&x`"),
        ("tags: !include other.yaml", 1, "a tag `!include`"),
        ("a:\n  !!python/object/apply:os.system [ls]", 2, "a tag `tag:yaml.org,2002:python/object/apply:"),
        ("a: !!str x", 1, "a tag `tag:yaml.org,2002:str`"),
        ("%TAG ! tag:example.org,2000:\n---\na: 1", 1, "%TAG"),
        ("a: 1\nb: 2\na: 3", 3, "`a` stands twice"),
        ("- b: 1\n  c: 1\n  b: 2", 3, "`b` stands twice"),
        ("a: 1\n---\nb: 2", 2, "a second document"),
        ("[" * 50_000, 1, "nested deeper"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), 1, "nested deeper"),
        ("{a: " * 1_000, 1, "nested deeper"),
        ("? [a, b]\n: 1", 1, "a field name that is a list"),
        ("x" * (MAX_KEY + 1) + ": 1", 1, "a field name longer"),
        ("a: [1, 2", 2, "not YAML"),
        ("a: 'x\nb: 2", 2, "not YAML"),
        ("a: b: c", 1, "not YAML"),
        ("a: \x07", 1, "not YAML"),
        ("", 1, "an empty file"),
        ("# only a comment\n", 1, "an empty file"),
    ],
)
def test_yaml_beyond_plain_text_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(BadTag) as caught:
        parse_yaml(text_file(text))
    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"hostile.yaml, line {line}: ")
    assert caught.value.facts == {"path": "hostile.yaml", "line": line}


def test_nesting_at_the_limit_is_read() -> None:
    assert isinstance(parse_yaml(text_file("[" * MAX_DEPTH + "]" * MAX_DEPTH)), Items)


def test_one_value_too_many_is_refused_and_one_fewer_is_read() -> None:
    text = text_file("[a, b, c]")
    assert isinstance(parse_yaml(text, max_nodes=4), Items)
    with pytest.raises(BadTag, match="more than 3 values"):
        parse_yaml(text, max_nodes=3)


def test_every_scalar_stays_the_text_that_was_written() -> None:
    text = "country: NO\ntime: 12:30:45\nday: 2021-11-12\nnumber: 010\nflag: true\n<<: merge"
    assert fields(text) == {
        "country": "NO",
        "time": "12:30:45",
        "day": "2021-11-12",
        "number": "010",
        "flag": "true",
        "<<": "merge",
    }


def test_only_an_unquoted_null_is_nothing() -> None:
    assert fields("a: null\nb: ~\nc:\nd: 'null'\ne: ''") == {
        "a": None,
        "b": None,
        "c": None,
        "d": "null",
        "e": "",
    }


def test_a_value_knows_its_line() -> None:
    root = parse_yaml(text_file("# head\na: 1\ntags:\n- x\n- y: z\n"))
    assert isinstance(root, Fields)
    tags = root.fields["tags"]
    assert isinstance(tags, Items)
    assert [item.line for item in tags.items] == [4, 5]


def test_any_value_can_be_written_on_one_line() -> None:
    root = parse_yaml(text_file("a: [1, {b: 2, c: ~}]"))
    assert flat(root) == "a=1, b=2, c="
    assert texts(None) == ()
    assert texts(Text(" ", 1)) == ()
    assert texts(Text(" x ", 1)) == ("x",)
