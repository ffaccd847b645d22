"""What a case run found in a simulated world, against what is true there.

Nothing else reads a world's truth files. Three counts, each `true`, `found`, `wrong`:

- payments: outputs by which others paid the service. `wrong`: rows called a payment that are none.
- leads: payments whose payer funded them from an exchange account of his own with no other hand
  between. Found when a same-hand lead names such a withdrawal. `wrong`: payments with a same-hand
  lead to a withdrawal whose customer is not the payer.
- proceeds: deposits that the service made at exchanges. Found when the deposit is listed. `wrong`:
  deposits said to be by the service's own hand whose customer is somebody else.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cointrail.chain.types import Outpoint
from cointrail.errors import NotFound
from cointrail.store.reader import Snapshot

Row = dict[str, str]

UNSPENT = "unspent: nothing ties it to the service yet"
SPENT_APART = "spent, never together with a cluster of the seeds"
NO_CUSTODIAN = "passed: no tag says that a custodian received it"
NOT_REACHED = "every trail ended before it, or it left from outputs that were missed"


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, how many of them were found, how many statements were wrong."""

    true: int
    found: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Found against true."""

    payments: Count
    leads: Count
    proceeds: Count
    missed_payments: dict[str, int]
    """true payments without a row, by what the chain says of the output"""
    missed_leads: dict[str, int]
    """payments with a true own withdrawal and no right same-hand lead, by the outcome in the run"""
    missed_proceeds: dict[str, int]
    """deposits of the service that are not listed, by where the run's trails went"""


def compare(world: Path, case_dir: Path, is_spent: Callable[[str], bool]) -> Comparison:
    """Compare the files of a case run with the truth files of its world.

    Args:
        world: folder that `simulate` wrote.
        case_dir: folder that `case run` wrote.
        is_spent: whether the chain spends an output (`txid:vout`); says why payments were missed.

    Raises:
        NotFound: a file is missing.
    """
    truth = DemoTruth(world / "truth")
    payments = [row for row in read_rows(case_dir / "payments.csv") if row["class"] == "payment"]
    leads = [row for row in read_rows(case_dir / "leads.csv") if row["hand"] == "same_hand"]
    proceeds = list(read_rows(case_dir / "proceeds.csv"))
    deposits = [row for row in proceeds if row["hand"]]
    listed = {row["outpoint"] for row in payments}
    right, wrong = _judge_leads(truth, leads)
    said = {row["outpoint"]: row["outcome"] for row in payments}
    reached = {row["end_outpoint"] for row in deposits}
    own = {row["end_outpoint"] for row in deposits if row["hand"] == "same_hand"}
    true_deposits = {point for point, who in truth.deposits.items() if who in truth.services}
    return Comparison(
        Count(len(truth.payers), len(listed & truth.payers.keys()), len(listed - truth.payers.keys())),
        Count(len(truth.funded), len(right & truth.funded), len(wrong)),
        Count(len(true_deposits), len(reached & true_deposits), len(own - true_deposits)),
        _tally(SPENT_APART if is_spent(point) else UNSPENT for point in truth.payers.keys() - listed),
        _tally(said.get(point, "payment not found") for point in truth.funded - right),
        _why_proceeds(proceeds, true_deposits - reached),
    )


def spent_in(snapshot: Snapshot) -> Callable[[str], bool]:
    """Whether a chain spends an output, named `txid:vout`."""

    def is_spent(point: str) -> bool:
        output = snapshot.find_output(Outpoint.parse(point))
        return output is not None and snapshot.spent_by(output) is not None

    return is_spent


def _why_proceeds(proceeds: list[Row], missed: set[str]) -> dict[str, int]:
    passed = {point for row in proceeds for point in row["path"].split("->")}
    return _tally(NO_CUSTODIAN if point in passed else NOT_REACHED for point in missed)


def _judge_leads(truth: DemoTruth, leads: list[Row]) -> tuple[set[str], set[str]]:
    """Payments with a right same-hand lead, and payments with a wrong one."""
    right, wrong = set(), set()
    for row in leads:
        payment, withdrawal = row["payment"], row["withdrawal_outpoint"]
        customer = truth.withdrawals.get(withdrawal)
        if customer is not None and customer == truth.payers.get(payment):
            right.add(payment)
        else:
            wrong.add(payment)
    return right, wrong


class DemoTruth:
    """The truth files of a demo world: who paid, withdrew and deposited, by outpoint."""

    def __init__(self, folder: Path) -> None:
        paid = [row for row in read_rows(folder / "payments.csv") if row["kind"] == "payment"]
        self.payers = {_point(row): row["payer"] for row in paid}
        self.withdrawals = {_point(row): row["customer"] for row in read_rows(folder / "withdrawals.csv")}
        self.deposits = {_point(row): row["customer"] for row in read_rows(folder / "deposits.csv")}
        self.services = {
            row["owner"] for row in read_rows(folder / "scripts.csv") if row["owner_kind"] == "shop"
        }
        self.funded = {
            point
            for row in read_rows(folder / "funding.csv")
            if (point := f"{row['payment_txid']}:{row['payment_vout']}") in self.payers
        }


def _point(row: Row) -> str:
    return f"{row['txid']}:{row['vout']}"


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file.

    Raises:
        NotFound: it is not there.
    """
    try:
        with path.open(newline="") as file:
            yield from csv.DictReader(file)
    except FileNotFoundError as error:
        raise NotFound(
            f"`{path}` is not there", hint="simulate the world and run its case first", path=str(path)
        ) from error


def _tally(reasons: Iterator[str]) -> dict[str, int]:
    return dict(sorted(Counter(reasons).items(), key=lambda item: (-item[1], item[0])))
