from __future__ import annotations

from collections import Counter, defaultdict

from hypothesis import given

from cointrail.casework.money_flows import InflowClass
from cointrail.casework.outputs import render_case
from cointrail.casework.result import CaseResult
from cointrail.chain.types import Outpoint
from cointrail.errors import BadCase
from support.case_run import run
from support.economies import Economy, economies


def _run(economy: Economy) -> CaseResult:
    """The case on an economy; without tags where the shop and the exchange sign together."""
    text = economy.text + "\nlast: -> shop:1"
    tagged = {"exchange": "exa"}
    try:
        return run(text, tagged=tagged, unsafe=economy.unsafe, unclear=economy.unclear)[1]
    except BadCase:
        return run(text, tagged={"nobody": "exa"}, unsafe=economy.unsafe, unclear=economy.unclear)[1]


@given(economy=economies())
def test_outcomes_add_up_to_all_payments_and_all_outflows(economy: Economy) -> None:
    result = _run(economy)
    summary = result.summary
    for listed in (summary["payments"], *summary["proceeds"].values()):
        outcomes = listed["outcomes"].values()
        assert sum(one["count"] for one in outcomes) == listed["count"]
        assert sum(int(one["value_sat"]) for one in outcomes) == int(listed["value_sat"])
    classes = Counter(row.class_ for row in result.payments)
    assert classes[InflowClass.PAYMENT] == summary["payments"]["count"]
    assert {kind.value: classes[kind] for kind in InflowClass if kind is not InflowClass.PAYMENT} == {
        kind: one["count"] for kind, one in summary["not_payments"].items()
    }


@given(economy=economies())
def test_rows_of_every_payment_and_outflow_add_up_to_the_satoshi(economy: Economy) -> None:
    result = _run(economy)
    for row in result.payments:
        for text in (row.ends_fifo_sat, row.ends_haircut_sat):
            assert sum(int(one.partition("=")[2]) for one in text.split()) == row.payment.value_sat
    sums: defaultdict[Outpoint, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in result.proceeds:
        entry = sums[one.outflow.outpoint]
        entry[0], entry[1] = entry[0] + one.fifo_sat, entry[1] + one.haircut_sat
        entry[2] = one.outflow.value_sat
    assert all(fifo == haircut == value for fifo, haircut, value in sums.values())


@given(economy=economies())
def test_no_output_stands_in_two_classes_of_a_table(economy: Economy) -> None:
    result = _run(economy)
    payments = [row.payment.outpoint for row in result.payments]
    assert len(payments) == len(set(payments))
    classes = {(row.outflow.outpoint, row.class_) for row in result.proceeds}
    assert len(classes) == len({outpoint for outpoint, _ in classes})


@given(economy=economies())
def test_leads_of_a_payment_carry_no_more_than_it_holds(economy: Economy) -> None:
    result = _run(economy)
    worth = {row.payment.outpoint: row.payment.value_sat for row in result.payments}
    for name in ("fifo_sat", "haircut_sat"):
        carried: Counter[Outpoint] = Counter()
        for row in result.leads:
            carried[row.payment] += getattr(row, name)
        assert all(sat <= worth[payment] for payment, sat in carried.items())


@given(economy=economies())
def test_a_case_run_twice_gives_the_same_bytes(economy: Economy) -> None:
    assert render_case(_run(economy)) == render_case(_run(economy))
