from __future__ import annotations

import pytest

from cointrail.report.flow_drawing import MOST_NODES, draw_flow
from cointrail.report.flows import Band, by_month, outflow_bands, payer_bands
from cointrail.report.month_drawing import draw_months
from support.report_cases import case_tables, empty_case


def test_bands_add_up_to_all_payments_and_to_all_outflows() -> None:
    case = case_tables()
    assert sum(band.value_sat for band in payer_bands(case)) == int(case.summary["payments"]["value_sat"])
    outflow = case.summary["proceeds"]["outflow"]
    assert sum(band.value_sat for band in outflow_bands(case)) == int(outflow["value_sat"])


def test_a_band_without_a_lead_has_its_stop_reason() -> None:
    bands = payer_bands(case_tables())
    assert [(band.name, band.is_lead, band.value_sat) for band in bands] == [
        ("Exa", True, 15_000),
        ("coinbase", False, 29_000),
    ]


def test_months_without_payments_are_months_too() -> None:
    (month,) = by_month(case_tables())
    assert (month.month, month.payments, month.value_sat, month.fiat) == ("2017-01", 2, 44_000, "0.44")
    assert by_month(empty_case()) == []


def test_a_drawing_names_each_place_with_its_value_and_pattern() -> None:
    svg = draw_flow(payer_bands(case_tables()), "the service", inward=True).svg()
    for words in ("Exa", "0.00015000 BTC", "no lead: coinbase", "the service", "0.00044000 BTC", "same hand"):
        assert words in svg
    assert "url(#dots)" in svg


def test_a_drawing_of_many_exchanges_says_how_many_it_joins() -> None:
    bands = [Band(f"e{place:03}", "GB", "same_hand", 1_000 - place) for place in range(100)]
    svg = draw_flow(bands, "the service", inward=False).svg()
    assert f"{100 - MOST_NODES + 1} further exchanges" in svg
    assert svg.count("<path") == 100


@pytest.mark.parametrize("label", ["<script>", "a&b", '"', "]]>"])
def test_a_label_in_a_drawing_is_text_and_never_markup(label: str) -> None:
    svg = draw_flow([Band(label, "GB", "same_hand", 5)], "the service", inward=True).svg()
    assert "<script" not in svg
    assert "a&b" not in svg


def test_bars_of_no_month_are_an_empty_drawing() -> None:
    assert draw_months([]).svg().startswith("<svg")


def test_labels_of_a_drawing_are_given_apart_so_that_a_typesetter_can_shape_them() -> None:
    drawn = draw_flow([Band("பரிமாற்றம்", "ZZ", "same_hand", 5)], "the service", inward=True)
    assert "பரிமாற்றம் (ZZ)" in [one["text"] for one in drawn.labels()]
    assert "<text" not in drawn.shapes()
    assert "பரிமாற்றம் (ZZ)" in drawn.svg()
