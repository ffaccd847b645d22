from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.types import BlockHash, Outpoint, Txid
from cointrail.cli.options import Format
from cointrail.cli.render import Answer, Table, bitcoin, csv_text, write
from cointrail.heuristics.base import Tier
from cointrail.lookups.views import BlockRef
from cointrail.tracing.stops import Stop
from cointrail.workbench.json_values import plain

TXID = Txid(bytes(range(32)))


def shown(answer: Answer, form: Format, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    write(answer, form)
    captured = capsys.readouterr()
    return captured.out, captured.err


@given(st.integers(-(10**16), 10**16))
def test_bitcoin_is_the_exact_number_of_satoshi(sat: int) -> None:
    assert int(Decimal(bitcoin(sat).replace(",", "")) * 100_000_000) == sat


def test_json_keeps_satoshi_whole_and_times_in_utc() -> None:
    block = BlockRef(7, BlockHash(bytes(32)), datetime(2018, 3, 31, 1, 2, 3, tzinfo=UTC))
    value = {
        "block": block,
        "tier": Tier.T2,
        "stop": Stop.FEE,
        "sat": 2_100_000_000_000_000,
        "rate": Decimal("1.50"),
    }
    assert plain(value) == {
        "block": {"height": 7, "hash": "00" * 32, "time_utc": "2018-03-31T01:02:03Z"},
        "tier": "T2",
        "stop": "fee",
        "sat": 2_100_000_000_000_000,
        "rate": "1.50",
    }


def test_json_writes_ids_as_explorers_show_them() -> None:
    assert plain(Outpoint(TXID, 3)) == f"{TXID}:3"
    assert plain((TXID,)) == [TXID.raw[::-1].hex()]


def test_json_on_a_terminal_is_free_of_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(Answer(data={"label": "a\x1b[31m\u202eb"}), Format.JSON, capsys)
    assert out.isascii()
    assert json.loads(out) == {"label": "a\x1b[31m\u202eb"}


def test_a_table_shows_satoshi_as_bitcoin_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(
        data={}, facts=[("fee_sat", 123)], tables=[Table("rows", ("value_sat",), [[100_000_000]])]
    )
    out, _ = shown(answer, Format.TABLE, capsys)
    assert out.splitlines() == [
        "fee BTC  0.00000123",
        "",
        "rows",
        "   value BTC",
        "  ----------",
        "  1.00000000",
    ]


def test_a_table_shows_what_is_not_known_as_a_dash_and_never_as_zero(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = Answer(data={}, facts=[("fee_sat", None), ("reasons", ()), ("fee", 0)])
    out, _ = shown(answer, Format.TABLE, capsys)
    assert [line.split()[-1] for line in out.splitlines()] == ["-", "-", "0"]


def test_a_number_that_names_something_can_be_copied_from_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("rows", ("cluster", "outputs"), [[1_234, 5_678]])
    out, _ = shown(Answer(data={}, tables=[table]), Format.TABLE, capsys)
    assert out.splitlines()[-1].split() == ["1234", "5,678"]


def test_a_table_keeps_its_columns_under_wide_characters(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("rows", ("label", "next"), [["取引所", "x"], ["abc", "y"]])
    out, _ = shown(Answer(data={}, tables=[table]), Format.TABLE, capsys)
    assert out.splitlines()[-2:] == ["  取引所  x", "  abc     y"]


def test_a_table_spells_out_characters_that_could_deceive(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(Answer(data={}, facts=[("label", "a\x1b[31m\u202eb")]), Format.TABLE, capsys)
    assert out == "label  a<U+001B>[31m<U+202E>b\n"


def test_csv_keeps_satoshi_whole_and_starts_no_formula() -> None:
    table = Table("rows", ("tagged on", "value_sat"), [["=1+1", 5], [None, 6]])
    rows = list(csv.reader(io.StringIO(csv_text(Answer(data={}, tables=[table])))))
    assert rows == [["tagged_on", "value_sat"], ["'=1+1", "5"], ["", "6"]]


def test_csv_of_an_answer_without_a_list_is_its_facts_in_one_row() -> None:
    assert csv_text(Answer(data={}, facts=[("tip height", 7), ("undo checked", True)])) == (
        "tip_height,undo_checked\n7,yes\n"
    )


def test_csv_leaves_the_basis_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(data={}, facts=[("a", 1)], basis=[("tip", "block 7")])
    out, err = shown(answer, Format.CSV, capsys)
    assert out == "a\n1\n"
    assert err == "tip  block 7\n"


def test_an_empty_list_says_that_it_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(Answer(data={}, tables=[Table("findings", ("finding",), [])]), Format.TABLE, capsys)
    assert out == "findings\n  none\n"
