"""`cluster tiers`, `cluster show --at` and `explain` of weak links, as a person sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.heuristics.base import Tier
from cointrail.workbench import LookupBench
from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


@pytest.fixture(name="seed")
def seed_of_the_case(demo: DemoFolder) -> str:
    """An address in a cluster of many."""
    return demo.seeds()[0]


@pytest.fixture(name="lead", scope="module")
def pair_joined_by_a_lead(demo: DemoFolder) -> tuple[str, str]:
    """Two addresses that only weak links lead between."""
    with LookupBench(demo.store)._desk(()) as desk:
        weak = desk.clusters.labels(Tier.T4)
        strong = desk.clusters.labels(Tier.T2)
        number = next(n for n in range(len(weak)) if weak[n] != strong[n])
        return desk.name(number), desk.name(int(weak[number]))


def test_tiers_are_nested_and_t2_is_the_cluster_that_show_gives(seed: str) -> None:
    found = cointrail("cluster", "tiers", seed, "--format", "json").json()
    shown = cointrail("cluster", "show", seed, "--format", "json").json()
    assert [line["tier"] for line in found["tiers"]] == ["T1", "T2", "T3", "T4"]
    for key in ("scripts", "received_sat"):
        values = [line[key] for line in found["tiers"]]
        assert values == sorted(values)
    headline = found["tiers"][1]
    assert (headline["label"], headline["scripts"]) == (shown["cluster"]["label"], shown["cluster"]["size"])
    assert headline["balance_sat"] == shown["totals"]["balance_sat"]
    assert found["cluster"] == shown["cluster"]


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.parametrize("tier", ["T1", "T2", "T3", "T4"])
def test_bridges_of_every_tier_have_every_form(seed: str, tier: str, form: str, demo: DemoFolder) -> None:
    done = cointrail("cluster", "tiers", seed, "--tier", tier, "--tags", demo.tags, "--format", form)
    assert done.code == 0, done.err
    assert done.out.strip()


def test_what_is_not_listed_is_said(seed: str) -> None:
    done = cointrail("cluster", "tiers", seed, "--bridges", 1)
    assert "bridges: 1 of " in done.err


def test_a_tier_that_does_not_exist_is_bad_input(seed: str) -> None:
    done = cointrail("cluster", "tiers", seed, "--tier", "T9")
    assert done.code == 2
    assert "there are no clusters of tier `T9`" in done.err


def test_a_cluster_grows_with_the_height_it_is_shown_at(seed: str) -> None:
    today = cointrail("cluster", "show", seed, "--limit", 10_000, "--format", "json").json()
    label, sizes = today["cluster"]["label"], []
    first, tip = today["first_seen"]["height"], today["basis"]["tip_height"]
    for height in (first, (first + tip) // 2, tip):
        found = cointrail(
            "cluster", "show", label, "--at", height, "--limit", 10_000, "--format", "json"
        ).json()
        assert found["as_of_height"] == height
        assert found["last_seen"]["height"] <= height
        assert sum(member["received_sat"] for member in found["members"]) == found["totals"]["received_sat"]
        sizes.append(found["cluster"]["size"])
    assert sizes == sorted(sizes)
    assert found | {"as_of_height": None} == today


@pytest.mark.parametrize(
    ("height", "said"), [(0, "had received nothing up to height 0"), (10**7, "no block")]
)
def test_a_height_that_cannot_be_shown_is_told(seed: str, height: int, said: str) -> None:
    done = cointrail("cluster", "show", seed, "--at", height)
    assert done.code != 0
    assert said in done.err


def test_weak_links_are_explained_as_a_lead_and_no_cluster(lead: tuple[str, str]) -> None:
    found = cointrail("explain", *lead, "--format", "json").json()
    assert (found["joined"], found["cluster"]) == (False, None)
    assert found["weakest_tier"] in {"T3", "T4"}
    assert {step["tier"] for step in found["steps"]} <= {"T1", "T2", "T3", "T4"}
    assert "a lead: links too weak for a cluster" in cointrail("explain", *lead).out
    assert cointrail("explain", *lead, "--format", "csv").out.splitlines()[1].startswith("lead,")


JUDGED = """
[[judgement]]
id = "J1"
kind = "apart"
addresses = ["{0}", "{1}"]
who = "A. Analyst"
when = 2024-05-01
why = "the exchange says so"
"""


@pytest.fixture(name="judged")
def case_that_holds_two_seeds_apart(demo: DemoFolder, tmp_path: Path) -> Path:
    """A case file with one judgement."""
    case = tmp_path / "case.toml"
    text = demo.case.read_text(encoding="utf-8") + JUDGED.format(*demo.seeds()[:2])
    case.write_text(text, encoding="utf-8")
    for name in ("seeds.csv", "tags", "prices"):
        (tmp_path / name).symlink_to(demo.case.parent / name)
    return case


def test_tiers_and_earlier_heights_go_by_the_judgements_of_a_case(seed: str, judged: Path) -> None:
    of_case = ("--case", judged, "--format", "json")
    shown = cointrail("cluster", "show", seed, *of_case).json()
    found = cointrail("cluster", "tiers", seed, *of_case).json()
    assert found["tiers"][1]["scripts"] == shown["cluster"]["size"]
    assert any("judgement `J1` holds" in one["because"] for one in found["refused"])
    tip = shown["basis"]["tip_height"]
    now = cointrail("cluster", "show", seed, "--at", tip, *of_case).json()
    assert (now["cluster"], now["totals"]) == (shown["cluster"], shown["totals"])
    plain = cointrail("cluster", "show", seed, "--at", tip, "--format", "json").json()
    assert plain["cluster"]["size"] > now["cluster"]["size"]


def test_explain_shows_what_a_case_judged(demo: DemoFolder, judged: Path) -> None:
    one, other = demo.seeds()[:2]
    assert cointrail("explain", one, other, "--format", "json").json()["joined"]
    found = cointrail("explain", one, other, "--case", judged, "--format", "json").json()
    assert not found["joined"]
    assert {entry["judgement"] for entry in found["left_out"]} == {"J1"}
    plain = cointrail("explain", one, other, "--format", "json").json()
    assert plain["basis"]["clusters_digest"] != found["basis"]["clusters_digest"]
    assert "links that judgements leave out" in cointrail("explain", one, other, "--case", judged).out


def test_a_case_lists_its_judgements_and_what_they_changed(demo: DemoFolder, tmp_path: Path) -> None:
    one, other = demo.seeds()[:2]
    case = tmp_path / "case.toml"
    undo = '[[judgement]]\nid = "J2"\nkind = "withdraw"\nwithdraws = "J1"\n'
    signed = 'who = "B. Chief"\nwhen = "2024-05-02"\nwhy = "a mistake"\n'
    for name in ("seeds.csv", "tags", "prices"):
        (tmp_path / name).symlink_to(demo.case.parent / name)
    summaries = {}
    for name, text in {
        "none": "",
        "J1": JUDGED.format(one, other),
        "both": JUDGED.format(one, other) + undo + signed,
    }.items():
        case.write_text(demo.case.read_text(encoding="utf-8") + text, encoding="utf-8")
        done = cointrail("case", "run", case, "--out", tmp_path / name, "--format", "json")
        assert done.code == 0, done.err
        summaries[name] = done.json()
    assert summaries["none"]["judgements"] == {"entries": [], "clusters": [], "left_out": []}
    judged = summaries["J1"]["judgements"]
    assert [entry["id"] for entry in judged["entries"]] == ["J1"]
    (changed,) = judged["clusters"]
    assert sum(part["scripts"] for part in changed["now"]) == changed["scripts"]
    assert len(changed["now"]) > 1
    assert judged["left_out"]
    assert len(summaries["J1"]["clusters"]) == len(summaries["none"]["clusters"]) + 1
    undone = summaries["both"]["judgements"]
    assert [entry["kind"] for entry in undone["entries"]] == ["apart", "withdraw"]
    assert (undone["clusters"], undone["left_out"]) == ([], [])
    assert summaries["both"]["clusters"] == summaries["none"]["clusters"]
    assert summaries["both"]["payments"] == summaries["none"]["payments"]
