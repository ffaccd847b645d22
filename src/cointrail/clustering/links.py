"""All links among the members of one cluster, read anew from the chain.

A proof holds one path between two members, which is enough to show that they are together. To say how
they were at an earlier height, or how they would be without one transaction, all links are needed: a link
that joined nothing then, because others had done so before, may be the one that holds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.proof import NO_TX
from cointrail.clustering.rules import Link
from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import Gate
from cointrail.heuristics.gate_bits import gates_of
from cointrail.heuristics.linkable import unsigned
from cointrail.store.chain_places import last_at_most, rows_between
from cointrail.store.schema import NOT_YET

Array = npt.NDArray[Any]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


class LinkTable(NamedTuple):
    """Links among members, by tier and in each tier by where they stand in the chain.

    `one` and `other` are places among the members.
    """

    one: U32
    other: U32
    tx: U32
    """The transaction that shows it, `NO_TX` where the scripts alone do."""
    rule: U8
    """Number of its `Link`."""
    since: I64
    """The first transaction by which it can be told."""

    def take(self, rows: Array) -> LinkTable:
        """Some of them, by number or by mark."""
        columns: list[Array] = [column[rows] for column in self]
        return LinkTable(*columns)

    @property
    def tiers(self) -> U8:
        """Of each link."""
        of_link = np.array([link.tier for link in Link], np.uint8)
        tiers: U8 = of_link[self.rule]
        return tiers


class Spends(NamedTuple):
    """The inputs that spend from some members, in chain order."""

    tx: I64
    member: U32
    """Place of the member spent from."""


def links_among(chain: ChainView, clusters: Clusters, members: U32, tier: Tier = Tier.T2) -> LinkTable:
    """Every link up to a tier that joins two of the members of a cluster of that tier or a weaker one.

    Time: in proportion to the outputs and inputs of the members.

    Links of keys are those of the proof. Built in the order of `shown_by_spend`, and then of the later
    script, they join at every height what all such links join: the scripts that a P2SH has links with,
    once a spend shows what it stands for, are linked with each other by what they are, so the first of
    them is enough.

    Args:
        chain: the chain.
        clusters: of that chain.
        members: script numbers, ascending.
        tier: the weakest.
    """
    read = _Reading(chain, clusters, members)
    standing = clusters.standing
    reasons, heights = np.array(clusters.reasons[read.txs]), standing.heights(chain, read.txs)
    gate = standing.gates(chain, gates_of(reasons), heights)
    parts = [_key_links(chain, clusters, members)]
    if tier >= Tier.T2:
        parts.append(read.input_links(gate == Gate.SAFE, Link.COMMON_INPUT))
    if tier >= Tier.T3:
        parts.append(read.change_links(Link.CHANGE))
    if tier >= Tier.T4:
        unsure = read.input_links(standing.input_leads(chain, reasons, heights), Link.COMMON_INPUT_LEAD)
        both = end_to_end(unsure, read.change_links(Link.CHANGE_LEAD))
        parts.append(both.take(np.argsort(both.tx, kind="stable")))
    return end_to_end(*parts)


class _Reading:
    """The transactions that spend from some members, and the member that each counts as sent by."""

    def __init__(self, chain: ChainView, clusters: Clusters, members: U32) -> None:
        self._chain, self._change, self._members = chain, clusters.change_columns, members
        self._spends = spends_of(chain, members)
        self.txs = np.unique(self._spends.tx)
        inputs = _first_signed(chain, self.txs)
        scripts = chain.column("outputs.script").take(chain.column("inputs.output").take(inputs))
        self._sender, self._inside = _places(members, scripts)

    def input_links(self, wanted: npt.NDArray[np.bool_], link: Link) -> LinkTable:
        """Of each wanted transaction, links of its first input's script with those of the others."""
        tx, member = self._spends
        number = np.searchsorted(self.txs, tx)
        own = np.flatnonzero((wanted & self._inside)[number] & (member != self._sender[number]))
        return _table(self._sender[number[own]], member[own], tx[own], link)

    def change_links(self, link: Link) -> LinkTable:
        """Of each transaction with such a verdict, the link of its first input's script with the change."""
        own = np.flatnonzero(self._inside & (np.array(self._change.tier[self.txs]) == link.tier))
        place = np.array(self._change.output[self.txs[own]], np.uint64)
        outputs = self._chain.column("txs.first_output").take(self.txs[own]) + place
        change, held = _places(self._members, self._chain.column("outputs.script").take(outputs))
        both = held & (change != self._sender[own])
        return _table(self._sender[own[both]], change[both], self.txs[own[both]], link)


def spends_of(chain: ChainView, members: U32) -> Spends:
    """The inputs that spend outputs of the members, but for those that nobody had to sign for."""
    member, outputs = outputs_of(chain, members)
    inputs = chain.spent_by_many(outputs)
    spent = np.flatnonzero(inputs != NOT_YET)
    marks = chain.column("inputs.marks").take(inputs[spent])
    spent = spent[~unsigned(chain.column("scripts.type").take(members[member[spent]]), marks)]
    order = spent[np.argsort(inputs[spent])]
    return Spends(last_at_most(chain.column("txs.first_input"), inputs[order]), member[order])


def _first_signed(chain: ChainView, txs: I64) -> U64:
    """The first input of each transaction that somebody had to sign for; the first where there is none."""
    firsts = chain.column("txs.first_input").take(txs)
    for k in np.flatnonzero(_is_unsigned(chain, firsts)).tolist():
        inputs = _inputs_of(chain, int(txs[k]))
        signed = np.flatnonzero(~_is_unsigned(chain, inputs))
        firsts[k] = inputs[signed[0]] if len(signed) else firsts[k]
    return firsts


def signed_scripts(chain: ChainView, tx: int) -> U32:
    """The scripts that somebody signed for in a transaction, by input."""
    inputs = _inputs_of(chain, tx)
    outputs = chain.column("inputs.output").take(inputs[~_is_unsigned(chain, inputs)])
    scripts: U32 = chain.column("outputs.script").take(outputs)
    return scripts


def _inputs_of(chain: ChainView, tx: int) -> U64:
    firsts = chain.column("txs.first_input")
    end = int(firsts[tx + 1]) if tx + 1 < chain.n_txs else chain.n_inputs
    return np.arange(int(firsts[tx]), end, dtype=np.uint64)


def _is_unsigned(chain: ChainView, inputs: U64) -> npt.NDArray[np.bool_]:
    scripts = chain.column("outputs.script").take(chain.column("inputs.output").take(inputs))
    return unsigned(chain.column("scripts.type").take(scripts), chain.column("inputs.marks").take(inputs))


def outputs_of(chain: ChainView, members: U32) -> tuple[U32, U64]:
    """The outputs that pay the members, by settled part and then member: (place of the member, number)."""
    owners, numbers = [np.empty(0, np.uint32)], [np.empty(0, np.uint64)]
    for run in chain.runs("history"):
        wanted = members.astype(run.keys.dtype, copy=False)
        owner, rows = rows_between(
            np.searchsorted(run.keys, wanted, "left"), np.searchsorted(run.keys, wanted, "right")
        )
        owners.append(owner.astype(np.uint32))
        numbers.append(run.numbers[rows].astype(np.uint64))
    return np.concatenate(owners), np.concatenate(numbers)


def count_outputs(chain: ChainView, members: U32) -> int:
    """How many outputs pay the members."""
    count = 0
    for run in chain.runs("history"):
        wanted = members.astype(run.keys.dtype, copy=False)
        ends = (np.searchsorted(run.keys, wanted, side) for side in ("right", "left"))
        count += int(next(ends).sum() - next(ends).sum())
    return count


def shown_by_spend(chain: ChainView, one: U32, other: U32) -> npt.NDArray[np.bool_]:
    """Whether a spend had to show that two scripts of a key link belong together: one is a P2SH."""
    types = chain.column("scripts.type")
    shown: npt.NDArray[np.bool_] = (types.take(one) == ScriptType.P2SH) | (
        types.take(other) == ScriptType.P2SH
    )
    return shown


def _key_links(chain: ChainView, clusters: Clusters, members: U32) -> LinkTable:
    proof, label = clusters.proof, clusters.label(int(members[0]), Tier.T4)
    number = proof.partition.find(label)
    if number is None:
        nobody = np.empty(0, np.uint32)
        return _table(nobody, nobody, nobody, Link.SAME_KEY)
    first, everyone = int(proof.partition.members.start[number]), proof.partition.members.of(number)
    rows = first + np.searchsorted(everyone, members)
    child = np.flatnonzero((proof.rule[rows] <= Link.INNER_SCRIPT) & (proof.parent[rows] != rows - first))
    above = np.searchsorted(members, everyone[proof.parent[rows[child]]]).astype(np.uint32)
    one, other = np.maximum(child, above).astype(np.uint32), np.minimum(child, above).astype(np.uint32)
    shown = shown_by_spend(chain, members[one], members[other])
    order = np.lexsort((other, one, shown))
    rule = proof.rule[rows[child]]
    no_tx = np.full(len(one), NO_TX, np.uint32)
    table = LinkTable(one, other, no_tx, rule, _shown_since(chain, members[one], members[other]))
    return table.take(order)


def _shown_since(chain: ChainView, later: U32, earlier: U32) -> I64:
    """The transaction in which the later script appears, or the redeem script of one is shown."""
    first_output, types = chain.column("scripts.first_output"), chain.column("scripts.type")
    since = last_at_most(chain.column("txs.first_output"), first_output.take(later))
    for ends in (later, earlier):
        spends = chain.spent_by_many(first_output.take(ends))
        shown = np.flatnonzero((types.take(ends) == ScriptType.P2SH) & (spends != NOT_YET))
        by = last_at_most(chain.column("txs.first_input"), spends[shown])
        since[shown] = np.maximum(since[shown], by)
    return since


def _places(members: U32, scripts: U32) -> tuple[U32, npt.NDArray[np.bool_]]:
    """Where scripts stand among the members, and whether they do."""
    place = np.minimum(np.searchsorted(members, scripts), len(members) - 1)
    return place.astype(np.uint32), members[place] == scripts


def _table(one: U32, other: U32, tx: Array, link: Link) -> LinkTable:
    rule = np.full(len(one), link, np.uint8)
    return LinkTable(one, other, tx.astype(np.uint32), rule, tx.astype(np.int64))


def end_to_end(*parts: LinkTable) -> LinkTable:
    """Links of several tables, one after the other."""
    return LinkTable(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
