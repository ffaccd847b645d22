"""A join analysed: what fits, what is certain, among how many its outputs hide, and in which words.

The words are part of the result. An output is "one of k", a change may belong to inputs by exact sums
where both models agree, and nothing else is called a path: no multiplied probabilities, no taint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cointrail.chain.address import encode_address
from cointrail.chain.network import Network
from cointrail.chain.types import Txid
from cointrail.chain.view import TxView
from cointrail.coinjoin.amounts import AmountOptions, Amounts, amounts_of, count_hands, equal_classes
from cointrail.coinjoin.anonymity import AnonymitySet, Later, anonymity_sets
from cointrail.coinjoin.counting import Limits
from cointrail.coinjoin.links import LinkTable, many_to_many, one_to_one, paths
from cointrail.coinjoin.slots import Reading, SlotTable, read_slots
from cointrail.coinjoin.wording import statement_of_gate, statements_of_amounts, statements_of_parties
from cointrail.heuristics.base import REGISTRY, Abstained
from cointrail.heuristics.gate import REASONS, GateVerdict, judge

METHODS = ("coinjoin.mappings@1", "coinjoin.one_to_one@1", "coinjoin.anonymity@1", "joinmarket.readings@1")
"""The methods of an analysis, with versions; a change of their answers bumps one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinOptions:
    """How to analyse.

    Attributes:
        amounts: how amounts are read.
        auto_maker_fee: where the amounts name no maker fee and a JoinMarket reading fits, take its limit.
        fee_only: whether a party may do no more than pay towards the fee, as Boltzmann counts.
        limits: how far to count, for each model.
    """

    amounts: AmountOptions = field(default_factory=AmountOptions)
    auto_maker_fee: bool = True
    fee_only: bool = True
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Coin:
    """An input or output by its place; address and value are None where they are not known."""

    place: int
    address: str | None
    value_sat: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Inputs of one part and one output: mappings with both in one block, and what each model says.

    Attributes:
        together: mappings of the many-to-many model; a text, as it may outgrow any number type.
        many_to_many: the share of them. `1` and `0` are exact. None: not decided.
        one_to_one: the same of the other model. None: not decided, or the model says nothing here.
        path: whether both models have them together in every mapping.
    """

    inputs: tuple[int, ...]
    output: int | None
    together: str | None
    many_to_many: str | None
    one_to_one: str | None
    path: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """What one model gave, for reading; numbers that may outgrow any type are texts."""

    model: str
    abstained: str | None
    stop: str
    steps: int
    mappings: str | None
    non_derived: str | None
    entropy_bits: str | None
    undecided: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinAnalysis:
    """A join as `cointrail coinjoin analyse` gives it.

    Attributes:
        gate: the verdict on its inputs.
        abstained: why amounts tell nothing; None when they do.
        options: how it was read: as asked for, with the maker fee that was taken.
        models: many to many, then one to one.
        links: every pair of inputs and output, where that was decided.
        in_every_mapping: pairs in every many-to-many mapping, also where counting was given up. No paths:
            one model alone is often wrong.
        slots: a JoinMarket reading; None where the transaction cannot be a round.
        slots_abstained: why not.
        sets: one for each value that repeats.
        statements: what may be said of it, as sentences.
        methods: of the analysis, with versions.
        gate_rules: of the gate, with versions.
    """

    txid: Txid
    network: str
    gate: str
    gate_reasons: tuple[str, ...]
    abstained: str | None
    options: JoinOptions
    fee_sat: int | None
    inputs: tuple[Coin, ...]
    outputs: tuple[Coin, ...]
    left_out: tuple[int, ...]
    models: tuple[ModelView, ...]
    links: tuple[Link, ...]
    in_every_mapping: tuple[tuple[tuple[int, ...], int | None], ...]
    paths: tuple[tuple[tuple[int, ...], int], ...]
    slots: SlotTable | None
    slots_abstained: str | None
    sets: tuple[AnonymitySet, ...]
    statements: tuple[str, ...]
    methods: tuple[str, ...]
    gate_rules: tuple[str, ...]

    @property
    def undecided(self) -> tuple[str, ...]:
        """What the limits left open, each with its model."""
        return tuple(f"{one.model}: {what}" for one in self.models for what in one.undecided)


def analyse(
    tx: TxView,
    network: Network,
    options: JoinOptions | None = None,
    *,
    later: Later | None = None,
    verdict: GateVerdict | None = None,
    dated: bool = True,
) -> JoinAnalysis:
    """Analyse one transaction.

    Args:
        tx: the transaction and what its inputs spend.
        network: of the addresses.
        options: how to read amounts, and how far to count.
        later: what a store knows of its equal outputs; None without a store.
        verdict: the gate's with the chain around it; None: judge the transaction alone.
        dated: whether its height is one of the main network.

    Raises:
        BadInput: the options name an output that it does not have.
    """
    options = options or JoinOptions()
    verdict = verdict or judge(tx, dated=dated)
    slots = read_slots(tx, options.amounts.maker_fee or None)
    options = _with_maker_fee(options, slots)
    amounts = amounts_of(tx, options.amounts)
    hands = count_hands(tx)
    sets = anonymity_sets(equal_classes(tx), hands, tx.height, later) if hands > 1 else ()
    told = _told(amounts, options) if isinstance(amounts, Amounts) else _Told()
    table = None if isinstance(slots, Abstained) else slots
    return JoinAnalysis(
        txid=tx.txid,
        network=network.name,
        gate=verdict.gate.name.lower(),
        gate_reasons=verdict.reasons,
        abstained=amounts.because if isinstance(amounts, Abstained) else None,
        options=options,
        fee_sat=tx.fee,
        inputs=tuple(_coin(k, i.script, i.value, network) for k, i in enumerate(tx.inputs)),
        outputs=tuple(_coin(k, o.script, o.value, network) for k, o in enumerate(tx.outputs)),
        left_out=() if isinstance(amounts, Abstained) else amounts.left_out,
        models=tuple(map(_view, told.tables)),
        links=told.links,
        in_every_mapping=told.in_every_mapping,
        paths=told.paths,
        slots=table,
        slots_abstained=slots.because if isinstance(slots, Abstained) else None,
        sets=sets,
        statements=(
            statement_of_gate(verdict),
            *statements_of_amounts(amounts, told.tables, told.paths),
            *statements_of_parties(table, sets, later),
        ),
        methods=METHODS,
        gate_rules=tuple(REGISTRY[reason.id].name for reason in REASONS),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What the sums tell; nothing where they cannot."""

    tables: tuple[LinkTable, ...] = ()
    links: tuple[Link, ...] = ()
    in_every_mapping: tuple[tuple[tuple[int, ...], int | None], ...] = ()

    @property
    def paths(self) -> tuple[tuple[tuple[int, ...], int], ...]:
        return tuple((one.inputs, one.output) for one in self.links if one.path and one.output is not None)


def _told(amounts: Amounts, options: JoinOptions) -> _Told:
    many = many_to_many(amounts, fee_only=options.fee_only, limits=options.limits)
    one = one_to_one(amounts, limits=options.limits)
    return _Told((many, one), tuple(_links(amounts, many, one)), _certain(amounts, many))


def _with_maker_fee(options: JoinOptions, slots: SlotTable | Abstained) -> JoinOptions:
    """The options with the fee limit of a JoinMarket reading, where one fits and none was named."""
    if isinstance(slots, Abstained) or options.amounts.maker_fee or not options.auto_maker_fee:
        return options
    if slots.reading == Reading.NONE:
        return options
    return replace(options, amounts=replace(options.amounts, maker_fee=slots.maker_fee_sat))


def _coin(place: int, script: bytes | None, value: int | None, network: Network) -> Coin:
    return Coin(place, None if script is None else encode_address(script, network), value)


def _view(table: LinkTable) -> ModelView:
    return ModelView(
        model=table.model,
        abstained=table.abstained,
        stop=table.stop.value,
        steps=table.steps,
        mappings=None if table.mappings is None else str(table.mappings),
        non_derived=None if table.non_derived is None else str(table.non_derived),
        entropy_bits=table.entropy_bits,
        undecided=table.undecided,
    )


def _links(amounts: Amounts, many: LinkTable, one: LinkTable) -> Iterator[Link]:
    if many.together is None and one.together is None:
        return
    both = paths(many, one)
    for i, part_in in enumerate(amounts.inputs):
        for j, part_out in enumerate(amounts.outputs):
            yield Link(
                inputs=part_in.places,
                output=part_out.places[0] if part_out.places else None,
                together=None if many.together is None else str(many.together[i][j]),
                many_to_many=many.share(i, j),
                one_to_one=one.share(i, j),
                path=(i, j) in both and bool(part_out.places),
            )


def _certain(amounts: Amounts, many: LinkTable) -> tuple[tuple[tuple[int, ...], int | None], ...]:
    pairs = sorted(many.certain or ())
    named = ((amounts.inputs[i].places, amounts.outputs[j].places) for i, j in pairs)
    return tuple((ins, outs[0] if outs else None) for ins, outs in named)
