from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cointrail.casework.case import SeedKind
from cointrail.casework.case_file import load_case
from cointrail.chain.address import encode_address
from cointrail.chain.network import NETWORKS
from cointrail.errors import BadCase
from cointrail.tracing.policy import Policy
from support.chains import script_of

REGTEST = NETWORKS["regtest"]
OUTPOINT = "ab" * 32 + ":1"


def _address(who: str) -> str:
    address = encode_address(script_of(who), REGTEST)
    assert address is not None
    return address


WHOLE = f"""\
[case]
reference = "4 Js 12/18"
legal_basis = "Section 94 of the code"
opened = "2018-04-01"

[seeds]
addresses = ["{_address("shop")}"]
outpoints = ["{OUTPOINT}"]
csv = ["seeds.csv"]

[period]
from = "2015-06-01"
to = 2018-03-31

[valuation]
currency = "EUR"
prices = ["prices.csv"]
report_date = "2018-03-31"

[attribution]
tags = ["tags.yaml"]

[limits]
max_hops = 7
max_outputs = 90
min_value_sat = 10

[flow]
policies = ["haircut", "fifo"]
"""

LEAST = f"""\
[case]
reference = "1"
legal_basis = "law"
[seeds]
addresses = ["{_address("shop")}"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "prices.csv").touch()
    (tmp_path / "tags.yaml").touch()
    (tmp_path / "seeds.csv").write_text(f"note,address\nbought,{_address('shop2')}\n", encoding="utf-8")
    return tmp_path


def _write(folder: Path, text: str) -> Path:
    path = folder / "case.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _refusal(folder: Path, text: str) -> BadCase:
    with pytest.raises(BadCase) as caught:
        load_case(_write(folder, text), REGTEST)
    return caught.value


def test_a_whole_case_file_is_read(folder: Path) -> None:
    case = load_case(_write(folder, WHOLE), REGTEST)
    assert (case.reference, case.legal_basis) == ("4 Js 12/18", "Section 94 of the code")
    assert (case.opened, case.report_date, case.currency) == (date(2018, 4, 1), date(2018, 3, 31), "EUR")
    assert [(seed.kind, seed.text) for seed in case.seeds] == [
        (SeedKind.ADDRESS, _address("shop")),
        (SeedKind.OUTPOINT, OUTPOINT),
        (SeedKind.ADDRESS, _address("shop2")),
    ]
    assert case.prices == (folder / "prices.csv",)
    assert case.tags == (folder / "tags.yaml",)
    assert (case.limits.max_hops, case.limits.max_outputs, case.limits.min_value_sat) == (7, 90, 10)
    assert case.policies == (Policy.HAIRCUT, Policy.FIFO)
    assert [file.path.name for file in case.files] == ["case.toml", "seeds.csv"]


def test_the_period_holds_both_its_days_whole(folder: Path) -> None:
    period = load_case(_write(folder, WHOLE), REGTEST).period
    assert (period.first, period.last) == (1_433_116_800, 1_522_540_799)
    assert period.holds(1_522_540_799)
    assert not period.holds(1_522_540_800)
    assert period.before(1_433_116_799)


def test_what_is_left_out_has_a_stated_default(folder: Path) -> None:
    case = load_case(_write(folder, LEAST), REGTEST)
    assert (case.currency, case.prices, case.tags, case.report_date) == (None, (), (), None)
    assert case.period.holds(0)
    assert case.policies == (Policy.FIFO, Policy.HAIRCUT)


def test_a_time_with_a_zone_bounds_the_period_exactly(folder: Path) -> None:
    text = LEAST + '[period]\nfrom = "2017-01-01T01:00:00+01:00"\n'
    assert load_case(_write(folder, text), REGTEST).period.first == 1_483_228_800


def test_a_seed_named_twice_counts_once_and_is_told(folder: Path) -> None:
    text = LEAST + 'csv = ["seeds.csv"]\n'
    (folder / "seeds.csv").write_text(f"address\n{_address('shop')}\n", encoding="utf-8")
    case = load_case(_write(folder, text), REGTEST)
    assert (len(case.seeds), case.repeated_seeds) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('reference = "4 Js 12/18"\n', "", 1, "has no `reference`"),
        ('legal_basis = "Section 94 of the code"', 'legal_basis = " "', 3, "must be a text"),
        ('"2018-04-01"', '"2018-04-31"', 4, "not a date"),
        ("[period]", "[periods]", 11, "not a known section"),
        ("max_hops", "max_hop", 24, "not a known key"),
        ("max_hops = 7", "max_hops = -1", 24, "a whole number, 0 or more"),
        ("max_hops = 7", "max_hops = true", 24, "a whole number, 0 or more"),
        ("max_outputs = 90", "max_outputs = 0", 25, "a whole number, 1 or more"),
        ("max_hops = 7", "upstream_min_percent = 101", 24, "a whole number, 0 or more"),
        ("max_hops = 7", f"max_hops = {2**53}", 24, "a whole number, 0 or more"),
        ("to = 2018-03-31", "to = 1018-03-31", 13, "in the year 1018"),
        ("to = 2018-03-31", "to = 2014-03-31", 13, "ends before it begins"),
        ("to = 2018-03-31", "to = 2018-03-31T00:00:00", 13, "without a zone"),
        ("to = 2018-03-31", "to = 5", 13, "not a date"),
        ('"EUR"', '"euro"', 16, "not a currency code"),
        ('currency = "EUR"\n', "", 15, "no `currency`"),
        ('"prices.csv"', '"prize.csv"', 17, "`prize.csv` is not a file"),
        ('["haircut", "fifo"]', '["haircut", "lifo"]', 29, "not a flow policy"),
        ('["haircut", "fifo"]', '["haircut"]', 29, "both flow policies"),
        ('["haircut", "fifo"]', "[]", 29, "both flow policies"),
        ("max_hops = 7", f"max_hops = {'9' * 4000}", 24, "999...; it must be a whole number"),
        ("max_hops = 7", f"max_hops = 0x{'f' * 5000}", 24, "thousands of digits"),
        ("to = 2018-03-31", f"to = 0x{'f' * 5000}", 13, "not a date"),
        ('["tags.yaml"]', f"[0x{'f' * 5000}]", 21, "not a text"),
        (OUTPOINT, f"{OUTPOINT[:65]}{'1' * 5000}", 8, "not an output number"),
        (OUTPOINT, OUTPOINT[1:], 8, "not an outpoint"),
        (_address("shop"), _address("shop")[:-1] + "1", 7, "not an address"),
        ('["tags.yaml"]', '"tags.yaml"', 21, "must be a list"),
        ('["tags.yaml"]', "[1]", 21, "not a text"),
        ('report_date = "2018-03-31"', "report_date = 2018-03-31T00:00:00Z", 18, "must be a day"),
    ],
)
def test_a_bad_case_names_the_line_and_what_is_wrong(
    folder: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in WHOLE
    error = _refusal(folder, WHOLE.replace(old, new, 1))
    assert f"case.toml, line {line}: " in str(error)
    assert says in str(error)


def test_a_number_that_is_too_long_to_read_is_refused(folder: Path) -> None:
    error = _refusal(folder, WHOLE.replace("max_hops = 7", f"max_hops = {'9' * 5000}"))
    assert "case.toml: a number in it has thousands of digits" in str(error)


def test_an_unknown_key_is_refused_with_the_nearest_known_one(folder: Path) -> None:
    assert _refusal(folder, WHOLE.replace("legal_basis", "legal_bases")).hint == "did you mean `legal_basis`?"


def test_a_case_without_seeds_is_refused(folder: Path) -> None:
    text = LEAST.partition("[seeds]")[0] + "[seeds]\n"
    assert "no seed" in str(_refusal(folder, text))


def test_text_that_is_no_toml_is_refused_with_its_line(folder: Path) -> None:
    assert "line 2" in str(_refusal(folder, "[case]\nreference = \n"))


def test_a_missing_case_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCase, match=r"nothing\.toml"):
        load_case(tmp_path / "nothing.toml", REGTEST)


def test_a_bad_address_deep_in_a_long_list_is_found_by_its_line(folder: Path) -> None:
    rows = [_address(f"shop{number}") for number in range(50)] * 120
    rows[4709] = rows[4709][:-1] + ("q" if rows[4709][-1] != "q" else "p")
    (folder / "seeds.csv").write_text("address\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert "seeds.csv, line 4711: " in str(_refusal(folder, WHOLE))


def test_a_bad_address_deep_in_the_case_file_is_found_by_its_line(folder: Path) -> None:
    listed = "".join(f'  "{_address("shop")}",\n' for _ in range(4706))
    text = LEAST.replace("addresses = [", "addresses = [\n" + listed + '  "bcrt1nonsense",\n')
    assert "case.toml, line 4712: " in str(_refusal(folder, text))


def test_an_address_of_another_network_is_refused(folder: Path) -> None:
    text = LEAST.replace(_address("shop"), "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    assert "line 5" in str(_refusal(folder, text))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("who\nx\n", 1, "no column `address` or `outpoint`"),
        ("", 1, "no column"),
        ("address,note\n,hello\n", 2, "nothing under `address`"),
        ('address\n"unclosed\n', 2, "not CSV"),
        ("outpoint\nnonsense\n", 2, "not an outpoint"),
    ],
)
def test_a_bad_seed_list_names_the_line(folder: Path, text: str, line: int, says: str) -> None:
    (folder / "seeds.csv").write_text(text, encoding="utf-8")
    error = str(_refusal(folder, WHOLE))
    assert f"seeds.csv, line {line}: " in error
    assert says in error


def test_a_seed_list_may_name_addresses_and_outpoints_in_one_row(folder: Path) -> None:
    (folder / "seeds.csv").write_text(f"outpoint,Address\n{OUTPOINT},{_address('x')}\n\n", encoding="utf-8")
    case = load_case(_write(folder, LEAST + 'csv = ["seeds.csv"]\n'), REGTEST)
    assert {seed.kind for seed in case.seeds[1:]} == {SeedKind.ADDRESS, SeedKind.OUTPOINT}
