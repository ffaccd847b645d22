"""Scripts spent together are one hand's, where nothing speaks against it."""

from __future__ import annotations

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Abstained, Linked, Tier, rule
from cointrail.heuristics.gate import Gate, GateVerdict, judge
from cointrail.heuristics.inputs import needs_no_signature
from cointrail.heuristics.shape import ALONE, Surroundings


@rule("common_input", version=2, tier=Tier.T2)
def common_input(tx: TxView, *, dated: bool = True, around: Surroundings = ALONE) -> Linked | Abstained:
    """Link the scripts that `tx` spends from: one party could sign for all of them at that time.

    Control of keys, not ownership; and bound to that time, for keys can be handed over.

    Source: Nakamoto 2008, sec. 10; Reid & Harrigan 2011; Meiklejohn et al., IMC 2013, heuristic 1.
    Wrong when: a join has several signers that no detector saw; a payjoin (BIP 78) leaves no mark
        to test for; a service signs for many customers, or swept keys that were not its own.
    Abstains on: coinbase, fewer than two known scripts, any gate verdict but SAFE. A script that nobody
        signed for, as of an anchor that anybody may spend, is left out.
    Needs: the transaction and its prevouts; of the chain, earlier rounds and whether a channel was opened,
        which a later block can show.
    """
    return _linked(tx, judge(tx, dated=dated, around=around), Gate.SAFE)


@rule("common_input.unknown", version=1, tier=Tier.T4)
def common_input_lead(tx: TxView, *, dated: bool = True, around: Surroundings = ALONE) -> Linked | Abstained:
    """Link the scripts that `tx` spends from although several hands may have signed: a lead.

    Source: our choice: the links that `common_input` leaves out because of a doubt.
    Wrong when: the transaction is the join that its shape looks like.
    Abstains on: coinbase, fewer than two known scripts, a gate that is SAFE or UNSAFE.
    Needs: the transaction and its prevouts; of the chain, what `common_input` needs.
    """
    return _linked(tx, judge(tx, dated=dated, around=around), Gate.UNKNOWN)


def _linked(tx: TxView, verdict: GateVerdict, wanted: Gate) -> Linked | Abstained:
    if tx.is_coinbase:
        return Abstained("a coinbase spends nothing")
    spent_from = frozenset(i.script for i in tx.inputs if i.script is not None and not needs_no_signature(i))
    if len(spent_from) < 2:
        return Abstained("fewer than two known scripts")
    if verdict.gate != wanted:
        because = f": {', '.join(verdict.reasons)}" if verdict.reasons else ""
        return Abstained(f"the gate is {verdict.gate.name}{because}")
    return Linked(spent_from, because=f"{len(tx.inputs)} inputs signed together")
