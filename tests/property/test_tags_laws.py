"""Laws of tag files: one verdict a row, no order that matters, hostile text that does no harm."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cointrail.attribution.compare import entry, find_conflicts, find_duplicates
from cointrail.attribution.confidence import WRITTEN_TESTS, find_confidence
from cointrail.attribution.importers.csv_tags import read_csv_tags
from cointrail.attribution.importers.rows import ParsedFile, TagRow
from cointrail.attribution.importers.tagpack import read_tagpack
from cointrail.attribution.importers.yaml_text import Fields, parse_yaml
from cointrail.attribution.judge import judge_row
from cointrail.attribution.safe_text import safe_text
from cointrail.attribution.tags import Tag, Verdict
from cointrail.attribution.text_file import TextFile
from cointrail.errors import BadTag
from support.tag_files import MAINNET, address_of, script_of

PATH = Path("a.yaml")
YAML_ALPHABET = "tagsdrelbio:-[]{}&*!%?,|>'\"#~ \n\t0123"
CSV_HEADER = "address,label,source\n"
CSV_ALPHABET = "addreslbourc,;\"'\n\t# x1"

names = st.sampled_from(["shop", "Shop", "mill", "Mill hack"])


@st.composite
def claims(draw: st.DrawFn) -> Tag:
    number = draw(st.integers(1, 3))
    word = draw(st.sampled_from(sorted(WRITTEN_TESTS)))
    confidence = find_confidence(word)
    assert confidence is not None
    return Tag(
        label=draw(names),
        source=draw(st.sampled_from(["s", "t"])),
        actor=draw(st.none() | names),
        confidence=confidence,
        address=address_of(number),
        script=script_of(number),
        tag_type=draw(st.sampled_from(["actor", "event"])),
    )


def outcome(tags: list[Tag]) -> tuple[list[bytes], dict[bytes, tuple[str, ...]]]:
    entries = [entry(tag, "f") for tag in tags]
    repeated = find_duplicates(entries)
    kept = [item for position, item in enumerate(entries) if position not in repeated]
    assert not set(repeated) & set(repeated.values())
    return sorted(item.canonical for item in kept), find_conflicts(kept, {})


@given(tags=st.lists(claims(), max_size=8), data=st.data())
def test_what_is_kept_and_what_conflicts_does_not_depend_on_order(
    tags: list[Tag], data: st.DataObject
) -> None:
    assert outcome(data.draw(st.permutations(tags))) == outcome(tags)


@given(tags=st.lists(claims(), max_size=8))
def test_every_actor_that_is_named_stays_named(tags: list[Tag]) -> None:
    entries = [entry(tag, "f") for tag in tags]
    repeated = find_duplicates(entries)
    kept = {(tags[n].script, tags[n].actor) for n in range(len(tags)) if n not in repeated}
    assert {(tag.script, tag.actor) for tag in tags if tag.actor} <= kept


def rows_of(text: str, *, is_yaml: bool) -> ParsedFile | None:
    """The rows of a text, None when it is refused; any other error fails the test."""
    file = TextFile(PATH, text, "")
    refusal: BadTag | None = None
    try:
        if not is_yaml:
            return read_csv_tags(file)
        root = parse_yaml(file)
        return read_tagpack(PATH, root) if isinstance(root, Fields) and "tags" in root.fields else None
    except BadTag as error:
        refusal = error
    assert str(refusal).startswith("a.yaml, line ")
    assert refusal.hint
    return None


@given(
    text=st.text(max_size=300) | st.text(alphabet=YAML_ALPHABET, max_size=300),
    head=st.sampled_from(["", "tags:\n"]),
)
def test_any_yaml_text_is_read_or_refused_with_a_line(text: str, head: str) -> None:
    parsed = rows_of(head + text, is_yaml=True)
    for row in parsed.tags if parsed else ():
        judge_row(row, "p", MAINNET)


@given(
    text=st.text(max_size=300) | st.text(alphabet=CSV_ALPHABET, max_size=300),
    head=st.sampled_from(["", CSV_HEADER]),
)
def test_any_csv_text_is_read_or_refused_with_a_line(text: str, head: str) -> None:
    parsed = rows_of(head + text, is_yaml=False)
    for row in parsed.tags if parsed else ():
        judge_row(row, "p", MAINNET)


field_names = st.sampled_from(
    ["label", "source", "currency", "network", "confidence", "tag_type", "is_cluster_definer", "lastmod"]
)


@given(fields=st.dictionaries(field_names, st.text(min_size=1, max_size=40)), subject=st.text(max_size=90))
def test_a_row_is_kept_exactly_when_its_verdict_says_so(fields: dict[str, str], subject: str) -> None:
    judged = judge_row(TagRow({**fields, "address": subject or address_of(1)}, 1), "p", MAINNET)
    assert (judged.tag is not None) == (judged.verdict is Verdict.ACCEPTED)
    assert safe_text(judged.reason) == judged.reason


@given(text=st.text())
def test_safe_text_shows_nothing_hidden_and_is_stable(text: str) -> None:
    shown = safe_text(text)
    assert all(unicodedata.category(c)[0] != "C" for c in shown)
    assert safe_text(shown) == shown
