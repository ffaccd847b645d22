"""On what the path of an end rests: the weakest of the links that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from cointrail.heuristics.base import Tier
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.trace_table import NOWHERE
from cointrail.tracing.ledger import RecognisedDeposit
from cointrail.tracing.link_rates import Charges
from cointrail.tracing.stops import Stop


class TraceTiers:
    """Looks at each transaction once.

    Args:
        desk: the chain, its clusters and tags.
        deposits: deposit addresses by script number.
        forward: along the chain.
    """

    def __init__(self, desk: LookupDesk, deposits: Mapping[int, RecognisedDeposit], *, forward: bool) -> None:
        self._desk = desk
        self._deposits = deposits
        self._forward = forward
        self._crossed: dict[int, Tier] = {}
        self.rates = desk.link_rates

    def joined_at(self, scripts: Iterable[int]) -> Tier:
        """The tier that joins scripts of one cluster; T0 for one script."""
        different = set(scripts)
        if len(different) < 2:
            return Tier.T0
        labels = {self._desk.clusters.label(script, Tier.T1) for script in different}
        return Tier.T1 if len(labels) == 1 else Tier.T2

    def of_path(self, path: tuple[int, ...]) -> Tier:
        """The weakest link on a path.

        That an output was spent is a fact (T0). Value that crosses a transaction of several input scripts
        is said to stay in one hand: that is as good as what joins these.
        """
        return max((self._crossing(max(a, b)) for a, b in pairwise(path)), default=Tier.T0)

    def links_of_path(self, path: tuple[int, ...]) -> Charges:
        """The links that a path needs: that one hand signed each transaction that it crosses."""
        return tuple(charge for a, b in pairwise(path) for charge in self._crossing_links(max(a, b)))

    def _crossing_links(self, made: int) -> Charges:
        tx_num = self._desk.snapshot.output_tx(made)
        spent = self._desk.snapshot.tx_inputs(tx_num)
        scripts = tuple(dict.fromkeys(row.script_num for row in spent if row.script_num is not None))
        labels = {self._desk.clusters.label(script) for script in scripts}
        return self.rates.signed_together(tx_num, scripts) if len(labels) == 1 else ()

    def links_of_claim(self, cluster: int, output: int, stop: Stop) -> Charges:
        """The links between the script at an end and the custodian's that is tagged."""
        attribution = self._desk.attribution
        if stop is Stop.DEPOSIT:
            deposit = self._deposits[self._desk.snapshot.output_script(output)]
            return (self.rates.rule("service.deposit", deposit.tier),)
        if attribution is None or cluster == NOWHERE or stop is not Stop.CUSTODIAN:
            return ()
        found = attribution.of_cluster(cluster)
        if found is None:
            return ()
        script = self._script_there(output)
        return min((self.rates.joined(proposal.via_script, script) for proposal in found.proposals), key=len)

    def _crossing(self, made: int) -> Tier:
        tx_num = self._desk.snapshot.output_tx(made)
        if tx_num not in self._crossed:
            spent = self._desk.snapshot.tx_inputs(tx_num)
            scripts = [row.script_num for row in spent if row.script_num is not None]
            self._crossed[tx_num] = self.joined_at(scripts)
        return self._crossed[tx_num]

    def of_claim(self, cluster: int, output: int, stop: Stop) -> Tier:
        """The best link between the script at an end and one that is tagged as the custodian's."""
        attribution = self._desk.attribution
        if stop is Stop.DEPOSIT:
            return self._deposits[self._desk.snapshot.output_script(output)].tier
        if attribution is None or cluster == NOWHERE or stop is not Stop.CUSTODIAN:
            return Tier.T0
        found = attribution.of_cluster(cluster)
        if found is None:
            return Tier.T0
        script = self._script_there(output)
        return min(self.joined_at((script, proposal.via_script)) for proposal in found.proposals)

    def _script_there(self, output: int) -> int:
        """The script of the custodian that an end meets: the output's, or one that signed for it."""
        snapshot = self._desk.snapshot
        if self._forward:
            return snapshot.output_script(output)
        first = snapshot.tx_inputs(snapshot.output_tx(output))[0].script_num
        assert first is not None
        return first
