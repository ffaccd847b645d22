"""Composed worlds for tests, and their chain and truth side by side."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cointrail.chain.types import Block, Tx
from support.worlds import read_blocks


@dataclass(frozen=True)
class Composed:
    """A world's folder, read."""

    folder: Path

    def rows(self, name: str) -> list[dict[str, str]]:
        """A truth file."""
        with (self.folder / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def blocks(self) -> list[Block]:
        """The chain."""
        return list(read_blocks(self.folder))

    @cached_property
    def txs(self) -> dict[str, Tx]:
        """All transactions in the order of the chain."""
        return {str(tx.txid): tx for block in self.blocks for tx in block.txs}

    @cached_property
    def outputs(self) -> list[dict[str, str]]:
        """What is told of outputs."""
        return self.rows("outputs")

    @cached_property
    def kinds(self) -> Counter[str]:
        """Transactions by kind."""
        return Counter(row["kind"] for row in self.rows("transactions"))

    @cached_property
    def custody(self) -> dict[str, list[tuple[str, int, int]]]:
        """Owner, first height, and the height from which he is it no more, by script."""
        spans = defaultdict(list)
        for row in self.rows("custody"):
            until = int(row["until_height"] or 2**31)
            spans[row["script_hex"]].append((row["owner"], int(row["from_height"]), until))
        return spans

    def owner_at(self, script_hex: str, height: int, told: str) -> str:
        """Who decides over a script at a height."""
        for owner, since, until in self.custody.get(script_hex, ()):
            if since <= height < until:
                return owner
        return told

    @cached_property
    def unspent(self) -> dict[str, int]:
        """Satoshi that each owner holds at the end."""
        spent = {str(i.outpoint) for tx in self.txs.values() if not tx.is_coinbase for i in tx.inputs}
        held: Counter[str] = Counter()
        for row in self.outputs:
            point = f"{row['txid']}:{row['vout']}"
            if point not in spent:
                script = self.txs[row["txid"]].outputs[int(row["vout"])].script.hex()
                held[self.owner_at(script, len(self.blocks), row["owner"])] += int(row["value_sat"])
        return dict(held)


def check_truth(world: Composed) -> None:
    """Hold every truth file against the chain."""
    in_order = [(txid, n, int(o.value)) for txid, tx in world.txs.items() for n, o in enumerate(tx.outputs)]
    told = [(row["txid"], int(row["vout"]), int(row["value_sat"])) for row in world.outputs]
    assert told == in_order
    assert [row["txid"] for row in world.rows("transactions")] == list(world.txs)

    entities = {row["owner"]: row["kind"] for row in world.rows("entities")}
    scripts = {row["script_hex"]: row for row in world.rows("scripts")}
    on_chain = {o.script.hex() for tx in world.txs.values() for o in tx.outputs}
    assert scripts.keys() == on_chain
    assert all(entities[row["owner"]] == row["owner_kind"] for row in scripts.values())
    assert {row["owner"] for row in world.outputs} <= entities.keys()
    _check_change(world)
    _check_joins(world)
    _check_flows(world)


def _check_change(world: Composed) -> None:
    change = {(row["txid"], n) for row in world.rows("transactions") for n in row["change"].split()}
    roles = {"change", "join_change", "peel"}
    assert change == {(row["txid"], row["vout"]) for row in world.outputs if row["role"] in roles}


def _check_joins(world: Composed) -> None:
    sides = Counter((row["txid"], row["side"]) for row in world.rows("joins"))
    joins = {"joinmarket", "wasabi1", "wasabi2", "whirlpool"}
    expected = [row["txid"] for row in world.rows("transactions") if row["kind"] in joins]
    assert sides == {
        (txid, side): len(getattr(world.txs[txid], part))
        for txid in expected
        for side, part in (("in", "inputs"), ("out", "outputs"))
    }


def _check_flows(world: Composed) -> None:
    """What came in less what went out is what is left, for everybody."""
    balance: Counter[str] = Counter()
    for row in world.rows("flows"):
        balance[row["payer"]] -= int(row["value_sat"])
        balance[row["payee"]] += int(row["value_sat"])
    hands = {owner: value for owner, value in balance.items() if not owner.startswith("(") and value}
    assert hands == {owner: value for owner, value in world.unspent.items() if value}
