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
    verdict = judge(tx, dated=dated, around=around)
    return _linked(tx, verdict, held=verdict.gate == Gate.SAFE)


@rule("common_input.unknown", version=2, tier=Tier.T4)
def common_input_lead(tx: TxView, *, dated: bool = True, around: Surroundings = ALONE) -> Linked | Abstained:
    """Link the scripts that `tx` spends from although several hands may have signed: a lead.

    Only where the warning was right in at most one of ten links of simulated worlds: `fingerprint.conflict`
    and `partition.balanced` (0 of 252 and of 235), `lightning.open` without `lightning.dual_funding`, as the
    protocol for two hands looks otherwise (0 of 422), and `gate.missing_prevout`, which says nothing of the
    shape (inputs spent together have several hands in up to 7 of 100 cases there, in a world full of joins
    in 30). Those worlds have no join of unequal amounts.

    Source: our choice: the links that `common_input` leaves out because of a doubt; BOLT 2 on what a channel
        funded by two hands looks like.
    Wrong when: the transaction is the join that its shape looks like.
    Abstains on: coinbase, fewer than two known scripts, a gate that is SAFE or UNSAFE; any other warning, as
        of equal outputs (wrong in 215 of 274 links) or of a channel that both sides may have paid for (wrong
        in 400 of 1,034).
    Needs: the transaction and its prevouts; of the chain, what `common_input` needs.
    """
    verdict = judge(tx, dated=dated, around=around)
    return _linked(tx, verdict, held=verdict.leaves_lead)


def _linked(tx: TxView, verdict: GateVerdict, *, held: bool) -> Linked | Abstained:
    if tx.is_coinbase:
        return Abstained("a coinbase spends nothing")
    spent_from = frozenset(i.script for i in tx.inputs if i.script is not None and not needs_no_signature(i))
    if len(spent_from) < 2:
        return Abstained("fewer than two known scripts")
    if not held:
        because = f": {', '.join(verdict.reasons)}" if verdict.reasons else ""
        return Abstained(f"the gate is {verdict.gate.name}{because}")
    return Linked(spent_from, because=f"{len(tx.inputs)} inputs signed together")
