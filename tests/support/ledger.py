"""Ledgers for tests: a chain in a few lines of text, with its clusters and tags beside it.

    t0: -> miner:50                     a coinbase
    t1: t0:0 -> alice:30 bob:19         spends output 0 of t0; the rest is the fee
    t2: t1:0 ? -> shop:29               `?` spends something that the ledger does not hold

Names are people with one script each; `note` is an OP_RETURN. One line, one block.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.attribution.actors import Actor
from cointrail.attribution.confidence import UNKNOWN, Confidence
from cointrail.attribution.resolve import Attribution, resolve
from cointrail.attribution.tags import Tag, TagSet
from cointrail.chain.address import encode_address
from cointrail.chain.network import NETWORKS, Network
from cointrail.chain.script import classify
from cointrail.chain.types import BlockHash, Outpoint, Txid
from cointrail.chain.view import ScriptType
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change import Change, Fingerprint, Mark
from cointrail.heuristics.gate import SWAP, Gate, GateVerdict
from cointrail.tracing.ledger import ChangeHop
from cointrail.tracing.neighbourhood import Neighbourhood
from support.chains import script_of

DAY = 86_400
START = 1_483_228_800
"""2017-01-01, the time of block 0; one block a day."""


class InRow(NamedTuple):
    """An input."""

    output_num: int | None
    value: int | None
    script_num: int | None
    tx_num: int | None


class OutRow(NamedTuple):
    """An output."""

    output_num: int
    value: int
    script_num: int
    spent_by_tx: int | None


@dataclass
class Fake:
    """A ledger in memory; what a case asks of a snapshot."""

    text: str
    network: Network = field(default_factory=lambda: NETWORKS["regtest"])
    digest: str = "00" * 32
    block_seconds: int = DAY
    """Between blocks; the first is at `START`."""

    def __post_init__(self) -> None:
        self.txs: dict[str, int] = {}
        self.names: list[str] = []
        self._scripts: dict[bytes, int] = {}
        self._ins: list[list[InRow]] = []
        self._outs: list[list[OutRow]] = []
        self._made_by: list[int] = []
        for line in self.text.strip().splitlines():
            line_text = line.partition("#")[0].strip()
            if line_text:
                self._add(line_text)

    def _add(self, line: str) -> None:
        name, _, rest = line.partition(":")
        spends, _, pays = rest.partition("->")
        tx_num = self.txs[name.strip()] = len(self.txs)
        self._ins.append([self._spend(one, tx_num) for one in spends.split()])
        outs: list[OutRow] = []
        for one in pays.split():
            who, _, value = one.partition(":")
            outs.append(OutRow(len(self._made_by), int(value.replace("_", "")), self.script(who), None))
            self._made_by.append(tx_num)
        self._outs.append(outs)

    def _spend(self, text: str, tx_num: int) -> InRow:
        if text == "?":
            return InRow(None, None, None, None)
        name, _, place = text.partition(":")
        made_by, at = self.txs[name], int(place)
        row = self._outs[made_by][at]
        assert row.spent_by_tx is None, f"{text} is spent twice"
        self._outs[made_by][at] = row._replace(spent_by_tx=tx_num)
        return InRow(row.output_num, row.value, row.script_num, made_by)

    def script(self, who: str) -> int:
        """The script number of a person."""
        script = script_of(who)
        if script not in self._scripts:
            self._scripts[script] = len(self.names)
            self.names.append(who)
        return self._scripts[script]

    def out(self, text: str) -> int:
        """The output number of `t1:0`."""
        name, _, place = text.partition(":")
        return self._outs[self.txs[name]][int(place)].output_num

    def name(self, output_num: int) -> str:
        """The text `t1:0` of an output number."""
        tx_num = self._made_by[output_num]
        name = next(name for name, num in self.txs.items() if num == tx_num)
        return f"{name}:{output_num - self._outs[tx_num][0].output_num}"

    def address(self, who: str) -> str:
        """The address of a person."""
        address = encode_address(script_of(who), self.network)
        assert address is not None
        return address

    @property
    def height(self) -> int:
        return len(self.txs) - 1

    @property
    def tip_hash(self) -> BlockHash:
        return self.block_hash(self.height)

    def tx_inputs(self, tx_num: int) -> list[InRow]:
        return self._ins[tx_num]

    def tx_outputs(self, tx_num: int) -> list[OutRow]:
        return self._outs[tx_num]

    def is_coinbase(self, tx_num: int) -> bool:
        return not self._ins[tx_num]

    def output_tx(self, output_num: int) -> int:
        return self._made_by[output_num]

    def script_type(self, script_num: int) -> ScriptType:
        return classify(script_of(self.names[script_num]))

    def get_script(self, script_num: int) -> bytes:
        return script_of(self.names[script_num])

    def find_script(self, script: bytes) -> int | None:
        return self._scripts.get(script)

    def find_output(self, outpoint: Outpoint) -> int | None:
        found = [n for n in range(len(self._made_by)) if self.outpoint(n) == outpoint]
        return found[0] if found else None

    def script_outputs(self, script_num: int) -> npt.NDArray[np.uint64]:
        rows = [row.output_num for outs in self._outs for row in outs if row.script_num == script_num]
        return np.array(rows, dtype=np.uint64)

    def outpoint(self, output_num: int) -> Outpoint:
        tx_num = self._made_by[output_num]
        txid = Txid(hashlib.sha256(tx_num.to_bytes(8, "little")).digest())
        return Outpoint(txid, output_num - self._outs[tx_num][0].output_num)

    def tx_height(self, tx_num: int) -> int:
        return tx_num

    def block_hash(self, height: int) -> BlockHash:
        return BlockHash(hashlib.sha256(b"block" + height.to_bytes(8, "little")).digest())

    def block_time(self, height: int) -> int:
        return START + self.block_seconds * height

    def time_of_tx(self, tx_num: int) -> int:
        return self.block_time(self.tx_height(tx_num))


@dataclass
class FakeClusters:
    """Groups of people; by default everybody signs alone. `unsafe` and `unclear` name transactions."""

    ledger: Fake
    groups: Iterable[str] = ()
    """`"alice alice2"`: one hand, by inputs signed together."""
    same_key: Iterable[str] = ()
    """The same, by one key."""
    unsafe: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    swaps: frozenset[str] = frozenset()
    """Those of `unsafe` that are for a swap alone."""
    rules: tuple[str, ...] = ("common_input@2",)
    digest: str = "11" * 32

    def __post_init__(self) -> None:
        count = len(self.ledger.names)
        self._labels = {Tier.T1: list(range(count)), Tier.T2: list(range(count))}
        for tier, groups in ((Tier.T1, self.same_key), (Tier.T2, [*self.same_key, *self.groups])):
            for group in groups:
                self._union(self._labels[tier], [self.ledger.script(who) for who in group.split()])

    @staticmethod
    def _union(labels: list[int], scripts: list[int]) -> None:
        old = {labels[script] for script in scripts}
        for script, label in enumerate(labels):
            if label in old:
                labels[script] = min(old)

    def label(self, script_num: int, tier: Tier = Tier.T2) -> int:
        return self._labels[tier][script_num]

    def members(self, label: int, tier: Tier = Tier.T2) -> npt.NDArray[np.uint32]:
        scripts = [script for script, known in enumerate(self._labels[tier]) if known == label]
        return np.array(scripts, dtype=np.uint32)

    def size(self, label: int, tier: Tier = Tier.T2) -> int:
        return len(self.members(label, tier))

    def gate(self, tx_num: int) -> GateVerdict:
        name = next(name for name, num in self.ledger.txs.items() if num == tx_num)
        if name in self.swaps:
            return GateVerdict(Gate.UNSAFE, (SWAP,))
        if name in self.unsafe:
            return GateVerdict(Gate.UNSAFE, ("coinjoin.test",))
        return GateVerdict(Gate.UNKNOWN if name in self.unclear else Gate.SAFE, ())


def co_spenders(ledger: Fake, *, apart: frozenset[str] = frozenset()) -> list[str]:
    """The groups that common input makes; transactions in `apart` link nothing."""
    groups: list[str] = []
    for name, tx_num in ledger.txs.items():
        signers = [row.script_num for row in ledger.tx_inputs(tx_num) if row.script_num is not None]
        if name not in apart and len(set(signers)) > 1:
            groups.append(" ".join(ledger.names[script] for script in signers))
    return groups


def custodian(name: str, *, where: str = "ZZ") -> Actor:
    """An invented exchange."""
    return Actor(
        id=name,
        label=name.title(),
        categories=("exchange",),
        jurisdictions=(where,),
        legal_name=f"{name.title()} Ltd",
        source="test",
    )


def attribution(
    ledger: Fake, clusters: FakeClusters, tagged: Mapping[str, str], *, confidence: Confidence = UNKNOWN
) -> Attribution:
    """Tags: who (a person of the ledger) is said to be which exchange, `who: "exa"` or `"exa exb"`.

    `"exa!"` is a tag for that address alone.
    """
    tags = tuple(
        Tag(
            label=name.rstrip("!"),
            source="a test",
            actor=name.rstrip("!"),
            is_cluster_definer=False if name.endswith("!") else None,
            categories=("exchange",),
            confidence=confidence,
            address=ledger.address(who),
            script=script_of(who),
            pack="test",
            line=1,
        )
        for who, names in tagged.items()
        for name in names.split()
    )
    actors = {tag.label: custodian(tag.label) for tag in tags}
    return resolve(TagSet(tags, actors, (), "22" * 32), ledger.find_script, clusters.label)


@dataclass(frozen=True)
class FakeChanges:
    """Change as a test states it: `{"t1:1": Tier.T3}`. All other transactions abstain.

    `programs` says which wallet program made a transaction, `{"t1": "b"}`; all others are made by one.
    """

    ledger: Fake
    said: Mapping[str, Tier]
    programs: Mapping[str, Fingerprint] = field(default_factory=dict)

    def change(self, tx_num: int) -> ChangeHop | None:
        for text, tier in self.said.items():
            if self.ledger.txs[text.partition(":")[0]] == tx_num:
                return ChangeHop(self.ledger.out(text), tier)
        return None

    def judge(self, tx_num: int, chain_marks: Fingerprint | None) -> Change | Abstained:
        """The same as a vote, whatever the chain looks like."""
        hop = self.change(tx_num)
        if hop is None:
            return Abstained("no rule leaves one output")
        place = hop.output_num - self.ledger.tx_outputs(tx_num)[0].output_num
        return Change(place, hop.tier, ("change.test",), None, f"stated, beside {chain_marks}")

    def marks(self, tx_num: int) -> Fingerprint:
        name = next(name for name, num in self.ledger.txs.items() if num == tx_num)
        return self.programs.get(name, USUAL)


USUAL = Fingerprint(Mark.PRESENT | Mark.VERSION_2 | Mark.LOCKTIME_TIP | Mark.SEQUENCE_RBF)
OTHER = Fingerprint(Mark.PRESENT | Mark.VERSION_1 | Mark.LOCKTIME_ZERO | Mark.SEQUENCE_RBF)
"""Two wallet programs that conflict in two hard attributes."""


def neighbourhood(
    text: str,
    *,
    own: str = "shop",
    tagged: Mapping[str, str] | None = None,
    unsafe: frozenset[str] = frozenset(),
    unclear: frozenset[str] = frozenset(),
    apart: frozenset[str] = frozenset(),
    swaps: frozenset[str] = frozenset(),
    changes: Mapping[str, Tier] | None = None,
    confidence: Confidence = UNKNOWN,
    block_seconds: int = DAY,
) -> tuple[Fake, Neighbourhood]:
    """A ledger and what a walk sees of it: clusters by common input, `shop` under investigation.

    `apart` names transactions that link nothing although the gate is silent; `changes` names the
    outputs that are said to be change.
    """
    ledger = Fake(text, block_seconds=block_seconds)
    together = co_spenders(ledger, apart=apart | unsafe | unclear | swaps)
    clusters = FakeClusters(ledger, together, unsafe=unsafe, unclear=unclear, swaps=swaps)
    tags = attribution(ledger, clusters, tagged or {"exchange": "exa"}, confidence=confidence)
    own_labels = frozenset(clusters.label(ledger.script(who)) for who in own.split() if who in ledger.names)
    return ledger, Neighbourhood(ledger, clusters, tags, own_labels, FakeChanges(ledger, changes or {}))
