from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cointrail.casework.case_file import load_case
from cointrail.casework.toml_lines import find_lines
from cointrail.chain.address import encode_address
from cointrail.chain.network import NETWORKS
from cointrail.errors import BadCase
from support.chains import script_of

REGTEST = NETWORKS["regtest"]

EVERY_SHAPE = """\
top = 1
"quoted key".b = "x # no comment" # a comment
[case]
reference = @@@several
lines, "quoted" # and no comment@@@
literal = '''C:\\new # ]
'''
when = 2018-03-31T07:00:00Z
day = 2018-03-31
[a.b]
list = [ # a comment
  "x", "y",
  # ] not the end
  'z',
]
nested = { x = 1, y = [1, 2,
  3], z = { w = [] } }
[[many]]
k = -1.5e3
[[many]]
k = true
""".replace("@@@", '"""')


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path} if path else set()
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        found |= _paths(child, (*path, key))
    return found


def test_every_key_and_element_of_a_document_has_a_line() -> None:
    lines = find_lines(EVERY_SHAPE)
    assert _paths(tomllib.loads(EVERY_SHAPE)) - {("quoted key",), ("a",)} <= set(lines)


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("top",), 1),
        (("quoted key", "b"), 2),
        (("case", "reference"), 4),
        (("case", "when"), 8),
        (("a", "b", "list", 1), 12),
        (("a", "b", "list", 2), 14),
        (("a", "b", "nested", "y", 2), 17),
        (("many", 1, "k"), 21),
    ],
)
def test_a_line_is_where_the_value_stands(where: tuple[str | int, ...], line: int) -> None:
    assert find_lines(EVERY_SHAPE)[where] == line


CASE = f"""\
[case]
reference = "4 Js 12/18"
legal_basis = "law" # of the land
opened = 2018-04-01
[seeds]
addresses = [
  "{encode_address(script_of("shop"), REGTEST)}",
]
[period]
from = "2015-06-01"
[valuation]
currency = "EUR"
[limits]
max_hops = 7
[flow]
policies = ["haircut", "fifo"]
"""


def _refusal(path: Path) -> str | None:
    """What a bad case is refused with; any other error fails the test."""
    try:
        load_case(path, REGTEST)
    except BadCase as error:
        return str(error)
    return None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, len(CASE)),
    drop=st.integers(0, 12),
    put=st.text(alphabet="[]{}\"'=,.#\n ab01-:T\u202e\\", max_size=8),
)
def test_a_damaged_case_file_is_read_or_refused_and_nothing_else(
    tmp_path: Path, cut: int, drop: int, put: str
) -> None:
    path = tmp_path / "case.toml"
    path.write_text(CASE[:cut] + put + CASE[cut + drop :], encoding="utf-8")
    assert "case.toml" in (_refusal(path) or "case.toml")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_bytes_that_are_no_seed_list_are_read_or_refused_and_nothing_else(
    tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "seeds.csv").write_bytes(b"address,outpoint\n" + data)
    path = tmp_path / "case.toml"
    path.write_text(CASE.replace("[period]", 'csv = ["seeds.csv"]\n[period]'), encoding="utf-8")
    assert "seeds.csv" in (_refusal(path) or "seeds.csv")
