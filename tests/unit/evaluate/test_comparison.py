from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cointrail.errors import NotFound
from cointrail.evaluate.demo import NO_CUSTODIAN, NOT_REACHED, SPENT_APART, UNSPENT, Comparison, Count
from cointrail.evaluate.demo import compare as compare_files

Rows = list[dict[str, str]]


def point(name: str, vout: int = 0) -> dict[str, str]:
    return {"txid": name, "vout": str(vout)}


def write(path: Path, columns: list[str], rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    truth = tmp_path / "world" / "truth"
    paid = [{**point(f"p{n}"), "payer": f"payer-{n}", "kind": "payment"} for n in range(3)]
    home = {**point("home"), "payer": "shop-1", "kind": "own_money"}
    write(truth / "payments.csv", ["txid", "vout", "payer", "kind"], [*paid, home])
    write(
        truth / "withdrawals.csv",
        ["txid", "vout", "customer"],
        [{**point("w0"), "customer": "payer-0"}, {**point("w9"), "customer": "someone"}],
    )
    write(
        truth / "deposits.csv",
        ["txid", "vout", "customer"],
        [{**point("d0"), "customer": "shop-1"}, {**point("d1"), "customer": "vendor"}],
    )
    write(
        truth / "scripts.csv",
        ["owner", "owner_kind"],
        [{"owner": "shop-1", "owner_kind": "shop"}, {"owner": "vendor", "owner_kind": "vendor"}],
    )
    write(
        truth / "funding.csv",
        ["payment_txid", "payment_vout", "withdrawal_txid", "withdrawal_vout"],
        [{"payment_txid": "p0", "payment_vout": "0"}, {"payment_txid": "p1", "payment_vout": "0"}],
    )
    return tmp_path / "world"


def case_with(tmp_path: Path, payments: Rows, leads: Rows, proceeds: Rows) -> Path:
    out = tmp_path / "case"
    write(out / "payments.csv", ["outpoint", "class", "outcome"], payments)
    write(out / "leads.csv", ["payment", "hand", "withdrawal_outpoint"], leads)
    write(out / "proceeds.csv", ["end_outpoint", "hand", "path"], proceeds)
    return out


def compare(world: Path, out: Path) -> Comparison:
    return compare_files(world, out, lambda point: point == "p2:0")


def payment(name: str, outcome: str = "hop_limit", kind: str = "payment") -> dict[str, str]:
    return {"outpoint": f"{name}:0", "class": kind, "outcome": outcome}


def lead(name: str, withdrawal: str, hand: str = "same_hand") -> dict[str, str]:
    return {"payment": f"{name}:0", "hand": hand, "withdrawal_outpoint": f"{withdrawal}:0"}


def test_own_money_that_is_called_a_payment_counts_as_wrong(world: Path, tmp_path: Path) -> None:
    out = case_with(tmp_path, [payment("p0"), payment("home")], [], [])
    assert compare(world, out).payments == Count(true=3, found=1, wrong=1)


def test_own_money_that_is_listed_as_returned_is_not_wrong(world: Path, tmp_path: Path) -> None:
    out = case_with(tmp_path, [payment("p0"), payment("home", kind="return")], [], [])
    assert compare(world, out).payments.wrong == 0


def test_a_same_hand_lead_to_another_customer_is_wrong(world: Path, tmp_path: Path) -> None:
    out = case_with(tmp_path, [payment("p0"), payment("p1")], [lead("p0", "w0"), lead("p1", "w9")], [])
    assert compare(world, out).leads == Count(true=2, found=1, wrong=1)


def test_a_same_hand_lead_to_what_is_no_withdrawal_is_wrong(world: Path, tmp_path: Path) -> None:
    out = case_with(tmp_path, [payment("p0")], [lead("p0", "nothing")], [])
    assert compare(world, out).leads == Count(true=2, found=0, wrong=1)


def test_an_upstream_lead_claims_nothing_and_counts_as_missed_by_its_outcome(
    world: Path, tmp_path: Path
) -> None:
    rows = [payment("p0", "upstream_lead")]
    found = compare(world, case_with(tmp_path, rows, [lead("p0", "w9", "upstream")], []))
    assert found.leads == Count(true=2, found=0, wrong=0)
    assert found.missed_leads == {"payment not found": 1, "upstream_lead": 1}


def test_a_deposit_by_other_hands_is_wrong_only_when_called_the_services_own(
    world: Path, tmp_path: Path
) -> None:
    rows = [{"end_outpoint": "d0:0", "hand": "same_hand"}, {"end_outpoint": "d1:0", "hand": "downstream"}]
    assert compare(world, case_with(tmp_path, [], [], rows)).proceeds == Count(true=1, found=1, wrong=0)
    rows[1]["hand"] = "same_hand"
    assert compare(world, case_with(tmp_path, [], [], rows)).proceeds.wrong == 1


def test_missed_counts_add_up_to_what_is_true_and_not_found(world: Path, tmp_path: Path) -> None:
    found = compare(world, case_with(tmp_path, [payment("p1")], [], []))
    assert sum(found.missed_payments.values()) == found.payments.true - found.payments.found
    assert sum(found.missed_leads.values()) == found.leads.true - found.leads.found
    assert sum(found.missed_proceeds.values()) == found.proceeds.true - found.proceeds.found


def test_a_missed_payment_is_explained_by_what_became_of_it(world: Path, tmp_path: Path) -> None:
    found = compare(world, case_with(tmp_path, [payment("p0")], [], []))
    assert found.missed_payments == {SPENT_APART: 1, UNSPENT: 1}


def test_a_missed_deposit_that_a_trail_passed_lacks_a_tag(world: Path, tmp_path: Path) -> None:
    rows = [{"end_outpoint": "x:0", "hand": "", "path": "y:0->d0:0->x:0"}]
    assert compare(world, case_with(tmp_path, [], [], rows)).missed_proceeds == {NO_CUSTODIAN: 1}
    assert compare(world, case_with(tmp_path, [], [], [])).missed_proceeds == {NOT_REACHED: 1}


def test_a_missing_file_says_what_to_run_first(world: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"payments\.csv"):
        compare(world, tmp_path / "nothing")
