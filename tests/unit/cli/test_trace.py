"""`trace forward` and `trace backward` as a person sees them, on the demo store."""

from __future__ import annotations

import csv
import io
import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cointrail.attribution.load import load_tags
from cointrail.attribution.resolve import resolve
from cointrail.chain.types import Outpoint
from cointrail.clustering.load import load_or_build
from cointrail.heuristics.base import Tier
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.trace_deposits import DepositStops, DepositWalk
from cointrail.store.reader import open_snapshot
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow_columns import STOPS, view_of
from cointrail.tracing.flow_result import Flow
from cointrail.tracing.ledger import RecognisedDeposit
from cointrail.tracing.policy import Policy
from cointrail.tracing.sources import Source
from cointrail.tracing.stops import Stop
from cointrail.workbench import TraceBench
from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


@pytest.fixture(name="payment")
def a_payment(demo: DemoFolder) -> dict[str, str]:
    """A payment to the shop."""
    return next(row for row in demo.payments() if row["class"] == "payment")


def answer(*args: object) -> dict[str, Any]:
    done = cointrail("trace", *args, "--format", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = done.json()
    return found


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_trace_asks_for_a_policy_and_says_why(payment: dict[str, str]) -> None:
    done = cointrail("trace", "backward", payment["outpoint"])
    assert done.code == 2
    assert "decides what a trace finds, so there is no default" in done.err
    assert "one of: fifo, lifo, haircut, tiho, tilo, " in done.err


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.parametrize("way", ["forward", "backward"])
def test_a_trace_has_every_form(way: str, form: str, payment: dict[str, str], demo: DemoFolder) -> None:
    args = (payment["outpoint"], "--policy", "all", "--tags", demo.tags, "--format", form)
    done = cointrail("trace", way, *args)
    assert done.code == 0, done.err
    assert done.out.strip()


@pytest.mark.parametrize("way", ["forward", "backward"])
def test_where_value_ended_adds_up_to_what_was_traced(way: str, demo: DemoFolder) -> None:
    for row in demo.payments()[:30]:
        found = answer(way, row["outpoint"], "--policy", "all", "--tags", demo.tags)
        for policy in Policy:
            if policy.conserves:
                assert sum(line["sat"][policy.value] for line in found["stops"]) == int(row["value_sat"])


def test_a_policy_finds_the_same_alone_and_beside_others(payment: dict[str, str], demo: DemoFolder) -> None:
    args = ("backward", payment["outpoint"], "--tags", demo.tags)
    every = answer(*args, "--policy", "all")
    for policy in Policy:
        alone = answer(*args, "--policy", policy.value)
        for line in alone["stops"]:
            beside = next(one for one in every["stops"] if one["stop"] == line["stop"])
            assert beside["sat"][policy.value] == line["sat"][policy.value]


def test_a_trace_back_finds_the_exchange_that_the_case_found(demo: DemoFolder) -> None:
    leads = table((demo.path / "case" / "leads.csv").read_text(encoding="utf-8"))
    tags = itertools.chain.from_iterable(("--tags", path) for path in sorted(demo.tags.parent.iterdir()))
    args = ("--policy", "fifo", *tags, "--limit", 500)
    for lead in leads[:: max(len(leads) // 10, 1)]:
        found = answer("backward", lead["payment"], *args)
        ends = {end["outpoint"]: end for end in found["ends"] if end["stop"] == "custodian"}
        if int(lead["fifo_sat"]):
            end = ends[lead["withdrawal_outpoint"]]
            assert (end["actor"], end["sat"]["fifo"]) == (lead["exchange"], int(lead["fifo_sat"]))


def test_ends_come_page_by_page_and_none_is_missing(payment: dict[str, str], demo: DemoFolder) -> None:
    args = ("forward", payment["address"], "--policy", "haircut", "--tags", demo.tags)
    whole = answer(*args, "--limit", 10_000)
    total = whole["page"]["total"]
    pages = [answer(*args, "--start", at, "--limit", 7)["ends"] for at in range(0, total, 7)]
    assert list(itertools.chain.from_iterable(pages)) == whole["ends"]
    if total > 7:
        assert f"ends 1 to 7 of {total}" in cointrail("trace", *args, "--limit", 7).err


def test_a_conclusion_that_holds_by_every_policy_names_them_all(demo: DemoFolder) -> None:
    conserving = {policy.value for policy in Policy if policy.conserves}
    needy = 0
    for row in demo.payments()[:40]:
        found = answer("forward", row["outpoint"], "--policy", "all", "--tags", demo.tags)
        for said in found["conclusions"]:
            assert said["holds"] == (set(said["policies"]) == conserving and not said["open"])
            needy += not said["holds"]
        for one in found["exposures"]:
            sat = {name: one["direct_sat"][name] + one["indirect_sat"][name] for name in conserving}
            said = next(s for s in found["conclusions"] if s["claim"] == f"value reached {one['actor']}")
            assert set(said["policies"]) == {name for name, value in sat.items() if value}
    assert needy


def test_one_policy_alone_concludes_nothing_about_others(payment: dict[str, str]) -> None:
    assert answer("forward", payment["outpoint"], "--policy", "fifo")["conclusions"] == []


def test_a_bound_names_where_it_stopped_and_what_waits(demo: DemoFolder) -> None:
    mined = cointrail(
        "tx", "show", demo.payments()[0]["outpoint"].partition(":")[0], "--format", "json"
    ).json()
    assert mined["outputs"]
    args = ("forward", demo.seeds()[0], "--policy", "haircut", "--max-outputs", 12)
    done = cointrail("trace", *args)
    found = answer(*args)
    (run,) = found["runs"]
    if run["cut"]:
        assert "haircut: the trace ended as `output_limit`; all before transaction" in done.err
        assert run["frontier"] > 0
        assert run["frontier_sat"] == next(
            line["sat"]["haircut"] for line in found["stops"] if line["stop"] == "output_limit"
        )
    assert run["outputs"] <= 12


def test_hops_and_small_branches_end_by_their_own_names(demo: DemoFolder) -> None:
    args = ("backward", demo.seeds()[0], "--policy", "haircut")
    stops = {line["stop"] for line in answer(*args, "--max-hops", 1)["stops"]}
    assert "hop_limit" in stops
    stops = {line["stop"] for line in answer(*args, "--min-value", 2_100_000_000)["stops"]}
    assert "dust" in stops
    stops = {line["stop"] for line in answer(*args, "--min-share", "99.9999")["stops"]}
    assert "small_share" in stops


def test_of_two_seeds_that_meet_the_one_reported_first_has_the_value(demo: DemoFolder) -> None:
    outpoint = demo.payments()[0]["outpoint"]
    found = answer("forward", outpoint, outpoint, "--policy", "fifo")
    assert found["collisions_total"] == 1
    assert found["collisions"][0]["sat"] == int(demo.payments()[0]["value_sat"])
    collided = next(line for line in found["stops"] if line["stop"] == "collision")
    assert collided["sat"]["fifo"] == int(demo.payments()[0]["value_sat"])


def test_without_tags_no_end_is_said_to_be_anybodys(payment: dict[str, str]) -> None:
    found = answer("backward", payment["outpoint"], "--policy", "all")
    assert found["exposures"] == []
    assert {end["actor"] for end in found["ends"]} == {None}


def test_a_csv_of_ends_has_the_sums_on_stderr(payment: dict[str, str]) -> None:
    done = cointrail("trace", "backward", payment["outpoint"], "--policy", "fifo", "--format", "csv")
    rows = table(done.out)
    assert sum(int(row["fifo_sat"]) for row in rows) <= int(payment["value_sat"])
    assert all(row["path"].endswith(row["outpoint"]) for row in rows)
    assert "ended as" in done.err
    assert "tip hash" in done.err


def test_a_coinbase_goes_forward_and_ends_backward(demo: DemoFolder) -> None:
    bench = TraceBench(demo.store)
    first = bench.show_cluster("0").members[0]
    coin = bench.show_address(f"script:{first.script}").outputs[0].outpoint
    back = bench.trace([str(coin)], forward=False, policies=["fifo"])
    assert [line.stop.value for line in back.stops] == ["coinbase"]
    assert bench.trace([str(coin)], forward=True, policies=["fifo"]).traced_sat == back.traced_sat


def test_the_command_loads_no_kernel_before_it_runs() -> None:
    code = "import sys, cointrail.cli.main; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_bounds_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    del tmp_path
    assert Bounds(min_share_ppm=1).least_share(1) == 1
    assert Bounds(min_share_ppm=500_000).least_share(3) == 2


def _silent(done: int, most: int) -> None:
    del done, most


class Stated:
    """Says of every script in it that it takes deposits for one service."""

    def __init__(self, scripts: set[int], service: int) -> None:
        self._scripts, self._service = scripts, service

    def find(self, script_num: int) -> RecognisedDeposit | None:
        if script_num not in self._scripts:
            return None
        return RecognisedDeposit(script_num, self._service, Tier.T3, "stated")


def test_a_trace_ends_at_the_deposit_and_not_in_the_service_behind_it(demo: DemoFolder) -> None:
    """Nothing in the demo is a deposit address at T3, so the test says which one is."""
    with open_snapshot(demo.store) as snapshot:
        clusters = load_or_build(snapshot)
        tags = load_tags(sorted(demo.tags.parent.iterdir()), snapshot.network)
        desk = LookupDesk(snapshot, clusters, resolve(tags, snapshot.find_script, clusters.label))
        stops = DepositStops(desk, view_of(snapshot, clusters, desk.attribution))
        assert stops._around is not None
        ended = 0
        for row in demo.payments()[:40]:
            start = snapshot.find_output(Outpoint.parse(row["outpoint"]))
            assert start is not None
            source = [Source("a", (start,))]

            def follow(source: list[Source] = source) -> Flow:
                return DepositWalk(stops, Policy.FIFO, source, forward=True, keeps=lambda: True).go_on(
                    Bounds(), _silent
                )

            stops._around.near.deposits = None
            plain = follow()
            emptied = set(stops.emptied(plain).tolist())
            if not emptied or Stop.CUSTODIAN not in plain.sums():
                continue
            stops._around.near.deposits = Stated(emptied, clusters.label(0))
            flow = follow()
            deposits = flow.ends.stop == STOPS.index(Stop.DEPOSIT)
            scripts = {snapshot.output_script(int(output)) for output in flow.ends.output[deposits]}
            assert scripts <= emptied
            assert scripts <= set(stops.found)
            assert sum(flow.sums().values()) == int(row["value_sat"])
            ended += len(scripts)
        assert ended
