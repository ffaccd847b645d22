"""Judgements in a case file: each is read whole or refused with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cointrail.casework.case_file import load_case
from cointrail.chain.address import decode_address
from cointrail.clustering.judgements import Judgement, JudgementKind
from cointrail.errors import BadCase

ONE, OTHER = "12higDjoCCNXSA95xZMWUdPvXNmkAduhWv", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
TXID = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
HEAD = f"""\
[case]
reference = "1"
legal_basis = "a law"
[seeds]
addresses = ["{ONE}"]
"""
FLOW = """
[flow]
policies = ["fifo", "haircut"]
"""
APART = f"""\
[[judgement]]
id = "J1"
kind = "apart"
addresses = ["{ONE}", "{OTHER}"]
who = "A. Analyst"
when = 2024-05-01
why = "two people"
"""


def read(folder: Path, text: str) -> tuple[Judgement, ...]:
    path = folder / "case.toml"
    path.write_text(HEAD + text + FLOW, encoding="utf-8")
    return load_case(path).judgements


def test_a_case_without_judgements_has_none(tmp_path: Path) -> None:
    assert read(tmp_path, "") == ()


def test_every_kind_is_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    more = f"""\
[[judgement]]
id = "J2"
kind = "no_link"
txid = "{TXID}"
who = "B"
when = "2024-05-02"
why = "a PayJoin"
[[judgement]]
id = "J3"
kind = "withdraw"
withdraws = "J1"
who = "B"
when = 2024-05-03
why = "a mistake"
"""
    apart, cut, undo = read(tmp_path, APART + more)
    scripts = tuple(decode_address(text, None) for text in (ONE, OTHER))
    assert apart == Judgement(
        id="J1",
        kind=JudgementKind.APART,
        who="A. Analyst",
        when=date(2024, 5, 1),
        why="two people",
        names=(ONE, OTHER),
        scripts=scripts,
    )
    assert (cut.kind, str(cut.txid)) == (JudgementKind.NO_LINK, TXID)
    assert (undo.kind, undo.withdraws) == (JudgementKind.WITHDRAW, "J1")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('who = "A. Analyst"\n', "", 6, "has no `who`"),
        ('why = "two people"\n', "", 6, "has no `why`"),
        ("when = 2024-05-01\n", "", 6, "needs the day of the decision"),
        ("2024-05-01", "2024-05-01T10:00:00Z", 11, "needs the day of the decision"),
        ('"apart"', '"apaart"', 8, "`apaart` is no kind of judgement"),
        (OTHER, ONE, 9, "about two addresses"),
        (OTHER, OTHER[:-1], 9, OTHER[:-1]),
        ("kind =", f'txid = "{TXID}"\nkind =', 8, "takes no `txid`"),
        ("kind =", "kinds =", 8, "`kinds` is not a known key in [[judgement]]"),
        ('"apart"', '"no_link"', 9, "takes no `addresses`"),
        ("[[judgement]]", "[judgement]", 6, "`judgement` is a list of sections"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in APART
    with pytest.raises(BadCase) as told:
        read(tmp_path, APART.replace(old, new))
    assert said in str(told.value)
    assert f"line {line}:" in str(told.value)


@pytest.mark.parametrize("number", [2, 3])
def test_the_line_is_that_of_the_entry_that_is_wrong(tmp_path: Path, number: int) -> None:
    entries = [APART.replace("J1", f"J{k}") for k in range(1, number)]
    with pytest.raises(BadCase, match=f"line {6 + 7 * (number - 1) + 1}: two judgements have the id `J1`"):
        read(tmp_path, "".join([*entries, APART]))


def test_what_does_not_stand_cannot_be_withdrawn(tmp_path: Path) -> None:
    signed = 'who = "B"\nwhen = 2024-05-01\nwhy = "w"\n'
    undo = '[[judgement]]\nid = "J{}"\nkind = "withdraw"\nwithdraws = "J1"\n' + signed
    with pytest.raises(BadCase, match="no such judgement stands before it"):
        read(tmp_path, undo.format(2) + APART)
    with pytest.raises(BadCase, match="no such judgement stands before it"):
        read(tmp_path, APART + undo.format(2) + undo.format(3))
