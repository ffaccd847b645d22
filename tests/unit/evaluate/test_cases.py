"""Statements of cases, judged from tables written by hand."""

from __future__ import annotations

import csv
from pathlib import Path

from cointrail.evaluate.cases import (
    ALL_TIERS,
    LEAD,
    PAYMENT,
    PROCEED,
    StatementRate,
    case_facts,
    statement_rates,
)
from cointrail.evaluate.intervals import upper_bound

Rows = list[dict[str, str]]


def write(path: Path, columns: list[str], rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def point(name: str) -> dict[str, str]:
    return {"txid": name, "vout": "0"}


def world(tmp_path: Path) -> Path:
    """Ten payers p0 to p9, each with a withdrawal of his own, and a shop's deposit."""
    truth = tmp_path / "truth"
    ten = range(10)
    write(
        truth / "payments.csv",
        ["txid", "vout", "payer", "kind"],
        [{**point(f"p{n}"), "payer": f"payer-{n}", "kind": "payment"} for n in ten],
    )
    write(
        truth / "withdrawals.csv",
        ["txid", "vout", "customer"],
        [{**point(f"w{n}"), "customer": f"payer-{n}"} for n in ten],
    )
    write(truth / "deposits.csv", ["txid", "vout", "customer"], [{**point("d"), "customer": "shop-1"}])
    write(truth / "scripts.csv", ["owner", "owner_kind"], [{"owner": "shop-1", "owner_kind": "shop"}])
    write(
        truth / "funding.csv",
        ["payment_txid", "payment_vout"],
        [{"payment_txid": f"p{n}", "payment_vout": "0"} for n in ten],
    )
    return tmp_path


def case(folder: Path, leads: Rows, extra: tuple[str, ...] = ()) -> Path:
    listed = [{"outpoint": f"p{n}:0", "class": "payment"} for n in range(9)]
    stranger = {"outpoint": "x:0", "class": "payment"}
    write(folder / "payments.csv", ["outpoint", "class"], [*listed, stranger])
    write(folder / "leads.csv", ["payment", "hand", "withdrawal_outpoint", "weakest_tier", *extra], leads)
    write(
        folder / "proceeds.csv",
        ["end_outpoint", "hand", "weakest_tier"],
        [{"end_outpoint": "d:0", "hand": "same_hand", "weakest_tier": "T2"}, {"end_outpoint": "u:0"}],
    )
    return folder


def lead(n: int, tier: str = "T2", *, withdrawal: int | None = None, **more: str) -> dict[str, str]:
    return {
        "payment": f"p{n}:0",
        "hand": "same_hand",
        "withdrawal_outpoint": f"w{n if withdrawal is None else withdrawal}:0",
        "weakest_tier": tier,
        **more,
    }


def rates(tmp_path: Path, leads: Rows, extra: tuple[str, ...] = ()) -> dict[tuple[str, str], StatementRate]:
    facts = case_facts("one", world(tmp_path / "world"), case(tmp_path / "case", leads, extra))
    found = statement_rates([facts])
    assert [one.case for one in found] == [*["one"] * (len(found) // 2), *["all"] * (len(found) // 2)]
    return {(one.kind, one.tier): one for one in found}


def test_every_class_is_counted_with_what_it_missed(tmp_path: Path) -> None:
    found = rates(tmp_path, [lead(0), lead(1), lead(2, withdrawal=3)])
    payments, leads, proceeds = (found[kind, ALL_TIERS] for kind in (PAYMENT, LEAD, PROCEED))
    assert (payments.said, payments.wrong, payments.true, payments.found) == (10, 1, 10, 9)
    assert (leads.said, leads.wrong, leads.true, leads.found) == (3, 1, 10, 2)
    assert (proceeds.said, proceeds.wrong, proceeds.true, proceeds.found) == (1, 0, 1, 1)
    assert leads.bound_ppm == upper_bound(1, 3)


def test_leads_are_told_apart_by_their_weakest_link(tmp_path: Path) -> None:
    found = rates(tmp_path, [lead(0, "T2"), lead(1, "T3"), lead(2, "T3", withdrawal=1)])
    assert [(found[LEAD, tier].said, found[LEAD, tier].wrong) for tier in ("T2", "T3")] == [(1, 0), (2, 1)]
    assert found[LEAD, "T3"].true is None


def test_a_stated_bound_holds_until_hands_show_that_it_does_not(tmp_path: Path) -> None:
    told = ("error_bound_ppm",)
    own = [lead(n, error_bound_ppm="10000") for n in range(8)]
    strangers = [lead(n, withdrawal=9, error_bound_ppm="10000") for n in range(8)]
    right, wrong = rates(tmp_path / "right", own, told), rates(tmp_path / "wrong", strangers, told)
    assert right[LEAD, "T2"].stated_ppm == wrong[LEAD, "T2"].stated_ppm == 10_000
    assert (right[LEAD, "T2"].holds, wrong[LEAD, "T2"].holds) == (True, False)


def test_the_bounds_beside_statements_are_taken_as_their_mean(tmp_path: Path) -> None:
    found = rates(
        tmp_path, [lead(0, error_bound_ppm="420000"), lead(1, error_bound_ppm="440000")], ("error_bound_ppm",)
    )
    assert found[LEAD, ALL_TIERS].stated_ppm == 430_000


def test_where_no_bound_was_measured_none_is_held_against_the_truth(tmp_path: Path) -> None:
    found = rates(tmp_path, [lead(0, withdrawal=3)])
    assert (found[LEAD, ALL_TIERS].stated_ppm, found[LEAD, ALL_TIERS].holds) == (None, None)


def test_many_leads_of_one_hand_count_as_one(tmp_path: Path) -> None:
    found = rates(tmp_path, [lead(0, withdrawal=k) for k in range(1, 8)])
    assert (found[LEAD, ALL_TIERS].wrong, found[LEAD, ALL_TIERS].hands) == (7, 1)
