"""The pages of rules and their pictures."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from cointrail.rulebook.cards import rule_cards
from cointrail.rulebook.drawing import WIDTH, draw
from cointrail.rulebook.examples import Example, all_examples
from make_reference import REFERENCE, left_over, made_files
from rule_pages import index_lines, pictures, rule_pages

SVG = "{http://www.w3.org/2000/svg}"


def picture(**given: object) -> ET.Element:
    example = Example(rule="r", note="", **{"says": "quiet", **given})  # type: ignore[arg-type]
    return ET.fromstring(draw(example, "r@1"))


def texts(root: ET.Element) -> list[str]:
    return [one.text or "" for one in root.iter(f"{SVG}text")]


def classes(root: ET.Element, tag: str) -> list[str]:
    return [one.get("class", "") for one in root.iter(f"{SVG}{tag}")]


def test_every_rule_has_a_page_and_a_line_in_the_index() -> None:
    index = "\n".join(index_lines())
    for card in rule_cards():
        assert f"(rules/{card.id}.md)" in index
        page = "\n".join(rule_pages()[f"rules/{card.id}.md"]())
        assert card.source in page
        assert card.wrong_when in page


def test_every_picture_that_a_page_shows_is_made() -> None:
    shown = {
        f"rules/{name}"
        for make in rule_pages().values()
        for name in re.findall(r"\]\(([^)]*\.svg)\)", "\n".join(make()))
    }
    assert shown == pictures().keys()


def test_a_picture_is_the_same_each_time_it_is_drawn() -> None:
    for examples in all_examples().values():
        assert [draw(one, "r@1") for one in examples] == [draw(one, "r@1") for one in examples]


@pytest.mark.parametrize("name", sorted(pictures()))
def test_a_picture_is_sound_xml_and_keeps_inside_its_frame(name: str) -> None:
    root = ET.fromstring(pictures()[name]())
    height = float(root.get("height", "0"))
    assert root.get("width") == str(WIDTH)
    for box in root.iter(f"{SVG}rect"):
        assert 0 <= float(box.get("y", "0")) <= height - float(box.get("height", "0"))
    for one in root.iter(f"{SVG}text"):
        assert 0 < float(one.get("y", "0")) < height


def test_a_picture_names_every_coin_with_its_value_and_the_fee() -> None:
    found = texts(picture(tx="alice:5_000 3*hand:2_000 -> shop:9_000 note:0", says="fires"))
    assert {"r@1 fires", "alice", "5,000 sat", "hand1 to hand3", "3 x 2,000 sat"} <= set(found)
    assert {"shop", "9,000 sat", "OP_RETURN", "fee 2,000 sat"} <= set(found)


def test_what_is_coloured_is_also_said() -> None:
    root = picture(tx="alice:5 bob:3 carol:1 -> shop:8", says="links alice bob")
    assert classes(root, "path").count("band told") == 2
    assert [one for one in texts(root) if one.endswith(", linked")] == ["5 sat, linked", "3 sat, linked"]


def test_a_silent_rule_colours_nothing() -> None:
    root = picture(tx="alice:5 bob:5 -> x:5 y:5", says="abstains: because")
    assert not any("told" in name for name in classes(root, "path"))
    assert "r@1 abstains: because" in texts(root)


def test_a_wrong_answer_is_said_to_be_wrong() -> None:
    assert "r@1 fires, and is wrong" in texts(picture(tx="a:5 -> b:5", says="fires", wrong=True))


def test_an_unknown_coin_is_drawn_as_unknown() -> None:
    root = picture(tx="a:? b:5 -> c:5")
    assert "unknown" in classes(root, "path")
    assert {"not known", "fee not known"} <= set(texts(root))


def test_scripts_are_drawn_linked_or_apart() -> None:
    scripts = ("alice/p2pk", "alice/p2pkh")
    assert "linked" in texts(picture(scripts=scripts, says="links alice/p2pk alice/p2pkh"))
    assert "not linked" in texts(picture(scripts=scripts, says="abstains: no"))


def test_text_from_an_example_cannot_break_the_picture() -> None:
    assert "r@1 abstains: <&>" in texts(picture(tx="a:1 -> b:1", says="abstains: <&>"))


def test_a_page_that_nothing_makes_is_left_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "old.md").write_text("old")
    monkeypatch.setattr("make_reference.REFERENCE", tmp_path)
    assert [path.name for path in left_over(made_files())] == ["old.md"]
    assert REFERENCE.name == "reference"


def test_what_the_chain_says_stands_beside_its_output() -> None:
    spent = {"rest": {"tx": "rest:4 -> a:1 b:2", "version": 1, "sequence": 0xFFFFFFFF}}
    facts = {"seen": ["shop"], "spent": spent, "service": True, "judged_at": 9_000}
    found = texts(picture(tx="a:9 -> shop:4 rest:4", says="leaves rest", facts=facts))
    assert {"paid before", "spent: 1 in, 2 out, version 1,", "final"} <= set(found)
    assert "the sender is a tagged service; judged at height 9,000" in found


def test_a_rule_that_looks_at_no_transaction_shows_what_it_is_given() -> None:
    found = texts(picture(given={"swept": {"sweeps": 3, "first_hand": True}, "depth": 2}, says="recognised"))
    assert {"swept: sweeps", "3", "swept: first hand", "yes", "depth", "2"} <= set(found)
