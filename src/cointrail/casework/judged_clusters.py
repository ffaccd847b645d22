"""What analysts judged in a case, and what that changed, as JSON values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from cointrail.attribution.safe_text import safe_text
from cointrail.clustering.judgements import Judgement
from cointrail.clustering.proof import ProofStep


class JudgedPart(Protocol):
    """A cluster after the judgements."""

    @property
    def label(self) -> int:
        """Its label."""

    @property
    def scripts(self) -> int:
        """How many scripts it has."""


class JudgedChange(Protocol):
    """A cluster before them, and the clusters that now hold its scripts."""

    @property
    def label(self) -> int:
        """Its label then."""

    @property
    def scripts(self) -> int:
        """How many scripts it had."""

    @property
    def parts(self) -> Sequence[JudgedPart]:
        """The clusters now, by label."""


class LeftOut(Protocol):
    """A link that a judgement leaves out."""

    @property
    def step(self) -> ProofStep:
        """The link."""

    @property
    def judgement(self) -> str:
        """Id of the judgement."""


class Judged(Protocol):
    """Clusters under judgements; `JudgedClusters` is one."""

    @property
    def changes(self) -> Sequence[JudgedChange]:
        """What became of every cluster that a judgement names."""

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """Links that would join what is held apart."""


def judgement_values(judgements: Sequence[Judgement]) -> list[dict[str, Any]]:
    """Every entry as it was made, those that were withdrawn too."""
    return [
        {
            "id": safe_text(one.id),
            "kind": one.kind.value,
            "who": safe_text(one.who),
            "when": one.when.isoformat(),
            "why": safe_text(one.why),
            "addresses": list(one.names),
            "txid": None if one.txid is None else str(one.txid),
            "withdraws": None if one.withdraws is None else safe_text(one.withdraws),
        }
        for one in judgements
    ]


def describe_judgements(
    judgements: Sequence[Judgement],
    judged: Judged | None,
    address: Callable[[int], str | None],
    txid: Callable[[int], str],
) -> dict[str, Any]:
    """The entries, the clusters that they changed, and the links that they leave out."""
    return {
        "judgements": {
            "entries": judgement_values(judgements),
            "clusters": [_change(one, address) for one in judged.changes] if judged else [],
            "left_out": [_left_out(one, address, txid) for one in judged.left_out] if judged else [],
        }
    }


def _change(one: JudgedChange, address: Callable[[int], str | None]) -> dict[str, Any]:
    return {
        "label": one.label,
        "address": address(one.label),
        "scripts": one.scripts,
        "now": [
            {"label": part.label, "address": address(part.label), "scripts": part.scripts}
            for part in one.parts
        ],
    }


def _left_out(
    one: LeftOut, address: Callable[[int], str | None], txid: Callable[[int], str]
) -> dict[str, Any]:
    step = one.step
    return {
        "judgement": safe_text(one.judgement),
        "rule": step.rule,
        "txid": None if step.tx_num is None else txid(step.tx_num),
        "from": address(step.from_script),
        "to": address(step.to_script),
    }
