"""Each change rule, and the vote, against the truth of the demo world: `kept/change_truth.txt`.

A rule asserts where it leaves one output. That is wrong where the output is not the sender's. Rules are
asked on every transaction of one owner with two spendable outputs or three. UPDATE_KEPT=1 writes the file.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from cointrail.chain.view import TxView
from cointrail.clustering.change_context import ChainContext, change_of
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.load import load_or_build
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change import Change, ChangeRule, Verdict, spendable, static
from cointrail.heuristics.change.published_rules import below_inputs, fee_rate, legacy, locktime, one_time
from cointrail.heuristics.change.vote import RULES
from cointrail.store.reader import Snapshot, open_snapshot
from support.demo_world import DemoFolder
from support.kept import assert_kept

PUBLISHED: dict[str, ChangeRule] = {
    "change.below_inputs": static(below_inputs),
    "change.one_time": one_time,
    "change.legacy": legacy,
    "change.locktime": locktime,
    "change.fee_rate": fee_rate,
}


@dataclass(frozen=True)
class Scene:
    """The demo's chain and who truly owns what."""

    chain: Snapshot
    clusters: Clusters
    owner: dict[bytes, str]
    services: frozenset[str]

    def is_service(self, label: int) -> bool:
        """Whether a cluster's first script is an exchange's: what a tag would say."""
        return self.owner[self.chain.get_script(label)] in self.services

    def sender(self, tx: TxView) -> str | None:
        """The one owner of all inputs; None where they have several, or there are none."""
        owners = {self.owner[one.script] for one in tx.inputs if one.script is not None}
        return owners.pop() if len(owners) == 1 else None

    def payments(self) -> Iterator[tuple[int, TxView, str]]:
        """Transactions of one owner, with two spendable outputs or three."""
        for number in range(self.chain.n_txs):
            tx = self.chain.tx_view(number)
            sender = self.sender(tx)
            if sender is not None and 2 <= len(spendable(tx)) <= 3:
                yield number, tx, sender


@pytest.fixture(scope="module", name="scene")
def demo_scene(demo: DemoFolder) -> Scene:
    chain = open_snapshot(demo.store)
    with (demo.path / "world" / "truth" / "scripts.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return Scene(
        chain,
        load_or_build(chain),
        {bytes.fromhex(row["script_hex"]): row["owner"] for row in rows},
        frozenset(row["owner"] for row in rows if row["owner_kind"] == "exchange"),
    )


def told(verdict: Verdict) -> str | int:
    """What a rule says: a place, or the word for the table."""
    if isinstance(verdict, Abstained):
        return "abstained"
    return (
        {0: "left none"}.get(len(verdict.outputs), "left several") if verdict.only is None else verdict.only
    )


def rule_table(scene: Scene) -> str:
    """Per rule: asserted, of these wrong, left none, left several, abstained."""
    rules = {**RULES, **PUBLISHED}
    counts = {rule_id: Counter[str]() for rule_id in rules}
    for number, tx, sender in scene.payments():
        context = ChainContext(scene.chain, scene.clusters, number)
        for rule_id, rule in rules.items():
            said = told(rule(tx, context))
            if isinstance(said, str):
                counts[rule_id][said] += 1
            else:
                counts[rule_id]["asserted"] += 1
                counts[rule_id]["wrong"] += scene.owner[tx.outputs[said].script] != sender
    columns = ("asserted", "wrong", "left none", "left several", "abstained")
    return table(("rule", *columns), [(rule, *(n[c] for c in columns)) for rule, n in counts.items()])


def vote_table(scene: Scene) -> str:
    """Per verdict of the vote, or reason to abstain: how many, and how many wrong."""
    counts: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for number, tx, sender in scene.payments():
        found = change_of(scene.chain, scene.clusters, number, is_service=scene.is_service)
        if isinstance(found, Change):
            counts[found.tier.name] += 1
            wrong[found.tier.name] += scene.owner[tx.outputs[found.output].script] != sender
        else:
            counts[found.because] += 1
    tiers = [tier.name for tier in Tier]
    order = sorted(counts, key=lambda name: (name not in tiers, name))
    rows = [(name, counts[name], wrong[name] if name in tiers else "") for name in order]
    return table(("verdict", "transactions", "wrong"), rows)


def table(heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    """Columns in line."""
    lines = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(heads))]
    return "".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        )
        + "\n"
        for line in lines
    )


def test_rules_and_vote_are_as_right_on_the_demo_as_is_kept(scene: Scene) -> None:
    text = f"{rule_table(scene)}\n{vote_table(scene)}"
    assert_kept("change_truth.txt", text)


def test_no_hop_of_the_demo_is_wrong_and_few_leads_are(scene: Scene) -> None:
    right: Counter[tuple[Tier, bool]] = Counter()
    for number, tx, sender in scene.payments():
        found = change_of(scene.chain, scene.clusters, number, is_service=scene.is_service)
        if isinstance(found, Change):
            right[found.tier, scene.owner[tx.outputs[found.output].script] == sender] += 1
    assert right[Tier.T1, False] == right[Tier.T3, False] == 0
    assert right[Tier.T3, True] > 0
    assert 50 * right[Tier.T4, False] <= right[Tier.T4, True]
