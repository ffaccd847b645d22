"""Whatever somebody writes into a label, what is printed of it can be seen, and stays text."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from cointrail.report.flow_drawing import draw_flow
from cointrail.report.flows import Band
from cointrail.report.graphml import Graph, graphml_text, xml_text
from cointrail.report.printable import has_glyph, printable, short
from cointrail.report.svg import clipped

TEXT = st.text(st.characters(), max_size=80)
"""Any text at all, lone surrogates among it."""


@given(TEXT)
def test_all_that_is_printed_has_a_glyph_and_is_printed_the_same_again(text: str) -> None:
    shown = printable(text)
    assert all(has_glyph(character) for character in shown)
    assert printable(shown) == shown


@given(TEXT, st.integers(1, 40))
def test_a_text_that_is_cut_says_so_and_how_long_it_was(text: str, longest: int) -> None:
    shown = short(text, "leads.csv", longest)
    if shown != printable(text):
        assert shown.endswith(f"… (cut; {len(text):,} characters, whole in leads.csv)")
        assert printable(text).startswith(shown[:longest])


@given(TEXT)
def test_a_drawing_with_any_label_is_well_formed_and_has_it_as_text(text: str) -> None:
    svg = ET.fromstring(draw_flow([Band(text, "", "same_hand", 5)], "the service", inward=True).svg())
    assert clipped(printable(text), 21.0) in [
        one.text or "" for one in svg.iter() if one.tag.endswith("text")
    ]


@given(TEXT)
def test_a_graph_with_any_label_is_well_formed_and_has_it_whole(text: str) -> None:
    graph = Graph()
    graph.node("exchange:" + text, kind="exchange", label=text or "none")
    tree = ET.fromstring(graphml_text(graph))
    labels = [one.text for one in tree.iter() if one.get("key") == "n_label"]
    assert labels == [xml_text(text or "none").replace("\r\n", "\n").replace("\r", "\n")]


@given(TEXT, st.floats(2, 40))
def test_a_clipped_text_is_a_beginning_of_it(text: str, widest: float) -> None:
    shown = clipped(text, widest)
    assert text == shown or text.startswith(shown.removesuffix("…"))
