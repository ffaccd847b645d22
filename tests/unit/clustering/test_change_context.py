"""What a chain says of the change of one transaction: asked of a small chain of arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cointrail.chain.types import Outpoint, Sat, Txid
from cointrail.chain.view import InputView, OutputView, TxBrief, TxView
from cointrail.clustering.build import build
from cointrail.clustering.change_context import ChainContext, change_of, profile_of
from cointrail.clustering.clusters import Clusters
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change import Change
from cointrail.heuristics.change.fingerprint import PROFILE_TXS
from cointrail.store.columns import Column
from support.array_chain import ArrayChain, Arrays, PlainTx
from support.chains import ORDINARY, output_view
from support.columns import column_of


@dataclass(frozen=True)
class InRow:
    script_num: int | None


@dataclass(frozen=True)
class OutRow:
    output_num: int
    script_num: int
    spent_by_tx: int | None


@dataclass
class Asked:
    """An `ArrayChain` that single transactions can be asked of. Block n holds transaction n."""

    txs: list[PlainTx]
    outputs: list[OutRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.arrays = Arrays.of(self.txs)
        self.store = ArrayChain(self.arrays, settled=len(self.txs) // 2)
        self.network = self.store.network
        self.height = len(self.txs) - 1
        spenders = {output: n for n, tx in enumerate(self.txs) for output in tx.spends}
        self.outputs = [OutRow(n, int(s), spenders.get(n)) for n, s in enumerate(self.arrays.scripts)]

    @cached_property
    def clusters(self) -> Clusters:
        return build(self.store)

    def _range(self, tx_num: int) -> range:
        first = int(self.arrays.first_output[tx_num])
        return range(first, first + len(self.txs[tx_num].pays))

    def tx_inputs(self, tx_num: int) -> list[InRow]:
        return [InRow(self.outputs[o].script_num) for o in self.txs[tx_num].spends]

    def tx_outputs(self, tx_num: int) -> list[OutRow]:
        return [self.outputs[o] for o in self._range(tx_num)]

    def count_script_outputs(self, script_num: int) -> int:
        return int((self.arrays.scripts == script_num).sum())

    def input_tx(self, input_num: int) -> int:
        ends = np.cumsum([len(tx.spends) for tx in self.txs])
        return int(np.searchsorted(ends, input_num, side="right"))

    def column(self, key: str) -> Column:
        assert key == "scripts.first_output"
        firsts = [int(np.argmax(self.arrays.scripts == s)) for s in range(self.store.n_scripts)]
        return column_of(firsts, "<u8")

    def _output(self, number: int) -> OutputView:
        return output_view(f"script {self.outputs[number].script_num}", int(self.arrays.values[number]))

    def tx_brief(self, tx_num: int) -> TxBrief:
        return self.tx_view(tx_num).brief

    def tx_view(self, tx_num: int) -> TxView:
        spent = [(o, self._output(o)) for o in self.txs[tx_num].spends]
        inputs = tuple(
            InputView(
                Outpoint(Txid(bytes(32)), o),
                Sat(out.value),
                out.script,
                out.script_type,
                0xFFFFFFFD,
                ORDINARY,
            )
            for o, out in spent
        )
        outputs = tuple(self._output(o) for o in self._range(tx_num))
        return TxView(Txid(bytes(32)), 2, 0, inputs, outputs, not inputs, tx_num)


Given = tuple[list[int], list[tuple[int, int]]]


def chain(*txs: Given) -> Asked:
    """A chain of transactions: outputs spent, by number; scripts and values paid."""
    return Asked([PlainTx(list(spends), list(pays)) for spends, pays in txs])


COINS: Given = ([], [(0, 50), (1, 50), (2, 9)])
PAYS = ([0], [(2, 30), (3, 19)])
JOINS = ([1, 4], [(4, 60)])
"""Script 0 pays 2, which is known, and 3, which is new; then 3 is spent beside 1."""


def test_a_script_paid_before_is_not_fresh_and_one_paid_again_is_not_one_time() -> None:
    asked = chain(COINS, PAYS, ([2], [(3, 5)]))
    context = ChainContext(asked, asked.clusters, 1)
    assert [context.fresh(k) for k in (0, 1)] == [False, True]
    assert [context.one_time(k) for k in (0, 1)] == [False, False]
    before = chain(COINS, PAYS)
    assert ChainContext(before, before.clusters, 1).one_time(1)


def test_the_spender_is_the_transaction_that_spends_the_output() -> None:
    asked = chain(COINS, PAYS, JOINS)
    context = ChainContext(asked, asked.clusters, 1)
    assert context.spender(0) is None
    assert context.spender(1) == asked.tx_view(2)
    assert context.spender_brief(0) is None
    assert context.spender_brief(1) == asked.tx_view(2).brief
    assert context.height == 2


def test_an_output_spent_beside_the_senders_coins_reveals_itself() -> None:
    asked = chain(([], [(0, 50), (0, 50), (2, 9)]), PAYS, JOINS)
    context = ChainContext(asked, asked.clusters, 1)
    assert [context.in_input_cluster(k) for k in (0, 1)] == [False, True]
    found = change_of(asked, asked.clusters, 1)
    assert isinstance(found, Change)
    assert (found.output, found.tier, found.judged_at) == (1, Tier.T3, 2)
    assert "change.revealed" in found.rules


def test_services_and_clusters_held_apart_are_asked_by_label() -> None:
    asked = chain(COINS, PAYS)
    context = ChainContext(
        asked,
        asked.clusters,
        1,
        is_service=lambda label: label == 0,
        apart=lambda sender, other: (sender, other) == (0, 2),
    )
    assert context.sender_is_service
    assert [context.held_apart(k) for k in (0, 1)] == [True, False]
    plain = ChainContext(asked, asked.clusters, 1)
    assert not plain.sender_is_service
    assert not plain.held_apart(0)


def test_a_profile_needs_five_transactions() -> None:
    many = PROFILE_TXS
    coins: Given = ([], [(0, 50)] * many)
    spends: list[Given] = [([k], [(k + 1, 9)]) for k in range(many)]
    asked = chain(coins, *spends)
    profile = profile_of(asked, asked.clusters, 0)
    assert profile is not None
    assert profile.low_r == many
    fewer = chain(coins, *spends[1:])
    assert profile_of(fewer, fewer.clusters, 0) is None
