"""Peel chains with their names: where a coin went hop by hop, and what was paid out of it on the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from cointrail.casework.worth import NO_WORTH, Valuer
from cointrail.chain.types import Outpoint
from cointrail.heuristics.base import REGISTRY, Tier
from cointrail.heuristics.peel import PeelStop
from cointrail.lookups.around import Around
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_output_num, parse_outpoint
from cointrail.lookups.peel_views import PeelBranch, PeelChainView, PeelHopLine, PeelPayment, PeelView
from cointrail.store.reader import Snapshot
from cointrail.tracing.change_votes import ChainVotes
from cointrail.tracing.link_rates import LinkRates
from cointrail.tracing.peel import PeelChain, Peeler, PeelHop
from cointrail.tracing.peel_limits import PeelLimits

WALK_RULES = ("walk.peel_forward", "walk.peel_backward", "service.deposit")
"""Rules of the walk itself, beside those of the clusters and of the vote."""


HOP_BYTES = 32 << 10
"""Memory of a hop with what was looked at around it: 24 KB in the demo, more where payees are busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeelQuestion:
    """What is asked of a peel chain, but for its limits on hops, chains and time.

    Attributes:
        output: where it begins, `txid:vout`.
        backward: to where it came from.
        limits: those that stay the same while chains go on, `PeelLimits.lasting`.
    """

    output: str
    backward: bool
    limits: PeelLimits


class PeelWalk:
    """The peel chains of one output, and how far they have come.

    Args:
        desk: the store, its clusters and tags.
        question: what is asked.

    Attributes:
        limits: how far they were followed last; None: not yet.

    Raises:
        BadOutpoint: the output cannot be read.
        NotFound: the chain does not hold it.
    """

    def __init__(self, desk: LookupDesk, question: PeelQuestion) -> None:
        self.desk = desk
        self.output_num = get_output_num(desk.snapshot, parse_outpoint(question.output))
        self.question = question
        self.around = Around(desk)
        self.peeler = _peeler(self.around, question.limits)
        self.limits: PeelLimits | None = None
        self.chains: tuple[PeelChain, ...] = ()

    def may_go_on_to(self, limits: PeelLimits) -> bool:
        """Whether a limit on hops is as wide as the one that they were followed to."""
        return self.limits is None or limits.max_hops >= self.limits.max_hops

    def go_on(self, limits: PeelLimits, seconds: float | None = None) -> None:
        """Follow what a limit ended; they come to what they would have been with these from the start.

        Args:
            limits: how far.
            seconds: that it may take this time; None: as the limits say.
        """
        self.peeler.widen(limits if seconds is None else replace(limits, seconds=seconds))
        follow = self.peeler.backward if self.question.backward else self.peeler.forward
        self.chains, self.limits = follow(self.output_num), limits

    def reached(self) -> dict[str, int]:
        """How far they came."""
        return {"hops": sum(len(chain.hops) for chain in self.chains), "chains": len(self.chains)}

    @property
    def is_cut_by_time(self) -> bool:
        """Whether time ended one of them."""
        return any(chain.stop is PeelStop.TIME_LIMIT for chain in self.chains)

    @property
    def nbytes(self) -> int:
        """Memory of what was come to, by and large."""
        return self.peeler.hops * HOP_BYTES


def peel_view(walk: PeelWalk, valuer: Valuer | None = None) -> PeelView:
    """What peel chains have come to; they were followed before.

    Args:
        walk: the chains.
        valuer: values what was peeled off; None: no fiat figures.
    """
    assert walk.limits is not None, "chains are followed before they are told"
    desk, chains = walk.desk, walk.chains
    namer = _Namer(desk, walk.around, valuer, walk.peeler.rates)
    basis = desk.basis
    return PeelView(
        output=desk.snapshot.outpoint(walk.output_num),
        backward=walk.question.backward,
        chains=tuple(namer.chain(at, chains) for at in range(len(chains))),
        branches_left=len(
            {one for chain in chains for one in chain.branches} - {one.start for one in chains}
        ),
        settings=asdict(walk.limits),
        basis=replace(basis, rules=(*basis.rules, *(REGISTRY[rule].name for rule in WALK_RULES))),
    )


def _peeler(around: Around, limits: PeelLimits) -> Peeler:
    snapshot = around.desk.snapshot
    votes = ChainVotes(snapshot, around.desk.clusters, around.tags, around.desk.clusters.standing)

    def block_time(tx_num: int) -> int:
        return snapshot.block_time(snapshot.tx_height(tx_num))

    rates = LinkRates(snapshot, around.desk.clusters)
    return Peeler(around.near, votes, block_time, limits, rates)


def _time(snapshot: Snapshot, chain: PeelChain) -> int:
    """Of the block in which a chain ends."""
    return snapshot.block_time(snapshot.tx_height(snapshot.output_tx(chain.end)))


class _Namer:
    """Puts names, times and values to a chain."""

    def __init__(self, desk: LookupDesk, around: Around, valuer: Valuer | None, rates: LinkRates) -> None:
        self._desk = desk
        self._rates = rates
        self._around = around
        self._valuer = valuer

    def _outpoint(self, output_num: int) -> Outpoint:
        return self._desk.snapshot.outpoint(output_num)

    def _address(self, output_num: int) -> str:
        return self._desk.name(self._desk.snapshot.output_script(output_num))

    def chain(self, at: int, chains: tuple[PeelChain, ...]) -> PeelChainView:
        """One of the chains."""
        chain, snapshot = chains[at], self._desk.snapshot
        service, tier = self._end_service(chain)
        return PeelChainView(
            chain=at + 1,
            branches_off=None if chain.fork is None else chain.fork[0] + 1,
            start=self._outpoint(chain.start),
            start_sat=snapshot.output_value(chain.start),
            end=self._outpoint(chain.end),
            end_sat=snapshot.output_value(chain.end),
            end_address=self._address(chain.end),
            hops=len(chain.hops),
            stop=chain.stop,
            because=chain.because,
            end_txid=None if chain.end_tx is None else str(snapshot.txid(chain.end_tx)),
            service=service,
            service_tier=tier,
            paid_sat=sum(sat for hop in chain.hops for _, sat in hop.paid),
            fees_sat=sum(hop.fee_sat for hop in chain.hops),
            beside_sat=sum(hop.beside_sat for hop in chain.hops),
            bound=chain.bound,
            says_error=self._rates.say(chain.bound, _time(snapshot, chain)),
            lines=tuple(self._hop(number, hop) for number, hop in enumerate(chain.hops, 1)),
            branches=tuple(self._branch(one, at, chains) for one in chain.branches),
        )

    def _end_service(self, chain: PeelChain) -> tuple[str | None, Tier | None]:
        if chain.service is None:
            return None, None
        return self._around.name(chain.service), Tier.T2 if chain.deposit is None else chain.deposit.tier

    def _hop(self, number: int, hop: PeelHop) -> PeelHopLine:
        snapshot = self._desk.snapshot
        block = self._desk.block_of_tx(hop.tx_num)
        return PeelHopLine(
            hop=number,
            txid=str(snapshot.txid(hop.tx_num)),
            height=block.height,
            time_utc=block.time_utc,
            kind=hop.kind,
            tier=hop.tier,
            rules=hop.rules,
            spent=self._outpoint(hop.spent),
            spent_sat=hop.spent_sat,
            beside=hop.beside,
            beside_sat=hop.beside_sat,
            kept=self._outpoint(hop.kept),
            kept_sat=hop.kept_sat,
            paid_sat=sum(sat for _, sat in hop.paid),
            burned_sat=hop.burned_sat,
            fee_sat=hop.fee_sat,
            payments=tuple(self._payment(output_num, hop.tx_num) for output_num, _ in hop.paid),
        )

    def _payment(self, output_num: int, tx_num: int) -> PeelPayment:
        when = self._desk.block_of_tx(tx_num).time_utc
        value = self._desk.snapshot.output_value(output_num)
        worth = NO_WORTH if self._valuer is None else self._valuer.at(value, when)
        actor, tier = self._around.service_at(self._desk.snapshot.output_script(output_num))
        return PeelPayment(
            outpoint=self._outpoint(output_num),
            time_utc=when,
            value_sat=value,
            address=self._address(output_num),
            actor=actor,
            actor_tier=tier,
            value=worth.value,
            currency=worth.currency,
            rate=worth.rate,
            rate_source=worth.rate_source,
            rate_time=worth.rate_time,
        )

    def _branch(self, output_num: int, at: int, chains: tuple[PeelChain, ...]) -> PeelBranch:
        spender = self._desk.snapshot.spent_by(output_num)
        own = [
            number
            for number, chain in enumerate(chains, 1)
            if chain.start == output_num and chain.fork is not None and chain.fork[0] == at
        ]
        return PeelBranch(
            outpoint=self._outpoint(output_num),
            address=self._address(output_num),
            value_sat=self._desk.snapshot.output_value(output_num),
            spent_by=None if spender is None else self._desk.input_name(spender),
            followed_as=own[0] if own else None,
        )
