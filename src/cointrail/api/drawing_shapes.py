"""The shape of a drawing as a file: a log of steps, each the parts that it changed, before and after."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cointrail.api.asking import Ask
from cointrail.journal.acts import MOST_NAME, MOST_TEXT

MOST_LABEL = 20_000
"""Characters of a label or a fact; labels of 10,000 are drawn."""
MOST_LINES = 1_000
"""Lines, claims or hops of one part."""
MOST_STEPS = 10_000
MOST_CHANGES = 50_000
"""Parts that a step changes."""

_Name = Annotated[str, Field(max_length=MOST_NAME)]
_Label = Annotated[str, Field(max_length=MOST_LABEL)]
_Labels = Annotated[list[_Label], Field(max_length=MOST_LINES)]
_Id = Annotated[str, Field(min_length=1, max_length=MOST_LABEL)]
_Time = Annotated[str, Field(max_length=40, description="UTC, ISO 8601.")]
_Place = Annotated[float, Field(allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0, lt=2**53)]
_Sat = _Count | Annotated[str, Field(pattern="^[0-9]{1,19}$")]
_Level = Literal["transactions", "relations"]
_Certainty = Literal["fact", "inference", "claim"]


class DrawnClaim(Ask):
    """What somebody says of a part."""

    label: _Label
    source: _Label
    confidence: _Label
    byCluster: bool  # noqa: N815 -- drawings were files of the page before


class DrawnNode(Ask):
    """A transaction, an output, an address, a cluster, or what is left out."""

    kind: Literal["node"]
    id: _Id
    level: _Level
    concept: Literal["transaction", "coin", "cluster", "address", "more"]
    x: _Place
    y: _Place
    name: _Label
    lines: _Labels
    sat: _Sat | None
    time: _Time | None
    certainty: _Certainty
    claims: Annotated[list[DrawnClaim], Field(max_length=MOST_LINES)]
    says: _Labels
    hidden: bool
    note: Annotated[str, Field(max_length=MOST_TEXT)]
    carried: dict[Annotated[str, Field(max_length=40)], _Sat] | None
    maker: _Label | None = None
    spender: _Label | None = None
    of: _Label | None = None
    side: Literal["inputs", "outputs", "relations"] | None = None
    listed: _Count | None = None
    left: _Count | None = None


class DrawnEdge(Ask):
    """A connection."""

    kind: Literal["edge"]
    id: _Id
    level: _Level
    source: Annotated[_Id, Field(alias="from")]
    to: _Id
    certainty: _Certainty
    label: _Label
    sat: _Sat | None
    time: _Time | None
    last: _Time | None = None
    says: _Label
    hidden: bool
    hops: _Labels | None = None
    folds: Annotated[list[_Id], Field(max_length=MOST_CHANGES)] | None = None


_Item = Annotated[DrawnNode | DrawnEdge, Field(discriminator="kind")]


class DrawnChange(Ask):
    """A part before a step and after it; null: it is not there."""

    id: _Id
    before: _Item | None
    after: _Item | None

    @model_validator(mode="after")
    def _is_of_one_part(self) -> Self:
        if any(one is not None and one.id != self.id for one in (self.before, self.after)):
            raise ValueError("a change is of one part, whose id it has")
        return self


class DrawnStep(Ask):
    """A step of whoever draws."""

    title: _Label
    at: _Time
    changes: Annotated[list[DrawnChange], Field(max_length=MOST_CHANGES)]


class DrawnLog(Ask):
    """All steps; those after the first `done` were undone."""

    steps: Annotated[list[DrawnStep], Field(max_length=MOST_STEPS)]
    done: _Count

    @model_validator(mode="after")
    def _has_the_steps_that_are_done(self) -> Self:
        if self.done > len(self.steps):
            raise ValueError("more steps are done than there are")
        return self


class DrawnBasis(Ask):
    """A state of the chain that parts were asked of."""

    network: _Name
    tip_hash: _Name
    tip_height: _Count
    store_digest: _Name
    program: _Name
    clusters_digest: _Name | None
    tags_digest: _Name | None


class Drawing(Ask):
    """A drawing."""

    format: Literal["cointrail-graph"]
    version: Literal[1]
    title: _Label
    bases: Annotated[list[DrawnBasis], Field(max_length=1_000)]
    log: DrawnLog
