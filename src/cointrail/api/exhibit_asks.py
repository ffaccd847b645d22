"""What may be asked for an exhibit: a command with its options, by the names that the command line has."""

from __future__ import annotations

from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from cointrail.api.analyses import MOST_COMMON, MOST_STEPS
from cointrail.api.asking import Ask
from cointrail.api.server import Server
from cointrail.api.things import LONGEST_NAME
from cointrail.api.trails import MOST_HOPS, MOST_OUTPUTS, MOST_SEEDS
from cointrail.journal.acts import MOST_NAME
from cointrail.lookups.balance_series import Every
from cointrail.tracing.policy import Policy
from cointrail.workbench.exhibit_questions import FILES, JUDGED, MOST_LINES

_Named = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
_Names = Annotated[list[_Named], Field(min_length=1, max_length=MOST_SEEDS)]
_Start = Annotated[int, Field(ge=0, lt=2**31)]
_Height = Annotated[int | None, Field(ge=0, lt=2**31)]
_Sat = Annotated[int, Field(ge=0, lt=2**53)]
_Hops = Annotated[int, Field(ge=0, le=MOST_HOPS)]
_Outputs = Annotated[int, Field(ge=1, le=MOST_OUTPUTS)]
_Txs = Annotated[int, Field(ge=1, le=100_000)]
_Limit = Annotated[
    int | None, Field(ge=1, le=MOST_LINES, description=f"Null: the whole list, up to {MOST_LINES:,} lines.")
]
_Share = Annotated[str, Field(pattern=r"^[0-9]{1,2}(\.[0-9]{1,4})?$", description="Percent.")]
_Judged = Annotated[bool, Field(description="Under the judgements on the case, or by the rules alone.")]
_Tier = Annotated[str, Field(pattern="^T[1-4]$")]

Options = dict[str, Any]
_PAGED: Options = {"start": (_Start, 0), "limit": (_Limit, None)}
_NEWEST: Options = {"newest": (bool, False)}
_ADDRESS: Options = {"address": (_Named, ...)}
_TXID: Options = {"txid": (Annotated[str, Field(min_length=1, max_length=100)], ...)}
_CLUSTER: Options = {"cluster": (_Named, ...)}
_CURRENCY: Options = {"currency": (Annotated[str | None, Field(pattern="^[A-Z]{3}$")], None)}
_EVERY: Options = {"every": (Every, Every.MONTH)}
_TRACE: Options = {
    "seeds": (_Names, ...),
    "policy": (Annotated[list[Policy], Field(min_length=1, max_length=len(Policy))], ...),
    "max_hops": (_Hops, 1_000),
    "max_outputs": (_Outputs, 100_000),
    "min_value": (_Sat, 0),
    "min_share": (_Share, "0"),
    **_PAGED,
}

OPTIONS: dict[str, Options] = {
    "address show": _ADDRESS | _NEWEST | _PAGED,
    "address txs": _ADDRESS | _NEWEST | _PAGED,
    "address balance": _ADDRESS | _EVERY | _PAGED,
    "address neighbours": _ADDRESS | _NEWEST | {"most_txs": (_Txs, 1_000)} | _PAGED,
    "tx show": _TXID,
    "tx analyse": _TXID | _CURRENCY,
    "cluster show": _CLUSTER | {"at": (_Height, None)} | _PAGED,
    "cluster payments": _CLUSTER | _NEWEST | _PAGED,
    "cluster balance": _CLUSTER | _EVERY | _PAGED,
    "cluster neighbours": _CLUSTER | _NEWEST | {"most_txs": (_Txs, 10_000)} | _PAGED,
    "cluster tiers": _CLUSTER | {"tier": (_Tier, "T2"), "limit": (_Limit, None)},
    "cluster review": _PAGED,
    "explain": {"a": (_Named, ...), "b": (_Named, ...)},
    "trace forward": _TRACE,
    "trace backward": _TRACE,
    "trace account": _CLUSTER | {"claim": (_Names, ...)} | _PAGED,
    "trace peel": {
        "output": (_Named, ...),
        "backward": (bool, False),
        "max_hops": (_Hops, 1_000),
        "min_value": (_Sat, 0),
        "max_gap_days": (Annotated[int | None, Field(ge=0, le=100_000)], None),
        "weakest": (Literal["T1", "T3", "T4"], "T3"),
        "through_joins": (bool, False),
        "stop_at_sweeps": (bool, False),
        "max_chains": (Annotated[int, Field(ge=1, le=100)], 1),
        **_CURRENCY,
    },
    "coinjoin analyse": _TXID
    | {
        "at": (_Height, None),
        "merge_inputs": (bool, True),
        "fee_as_output": (bool, False),
        "fee_only": (bool, True),
        "maker_fee": (Annotated[int | None, Field(ge=0, lt=2**53)], None),
        "common": (Annotated[list[_Start], Field(max_length=MOST_COMMON)], []),
        "steps": (Annotated[int | None, Field(ge=1, le=MOST_STEPS)], None),
    },
    "case run": {},
    "case payment": {"payment": (_Named, ...)},
    "case outflow": {"outflow": (_Named, ...)},
    "case lead": {"from": (_Named, ...), "to": (_Named, ...)},
}
"""The options of each command; an ellipsis stands where there is no default."""

NOT_SERVED = frozenset({"sql"})
"""Questions for the command line alone: a query may take as long as it likes, and stands for one user."""


def _model(command: str, options: Options) -> type[BaseModel]:
    words = "".join(word.capitalize() for word in command.split())
    if command in JUDGED:
        options = options | {"judged": (_Judged, JUDGED[command])}
    own = create_model(f"{words}Options", __base__=Ask, __doc__=f"Of `{command}`.", **options)
    needed = any(default is ... for _, default in options.values())
    parts: Options = {
        "title": (Annotated[str, Field(max_length=MOST_NAME, description="Empty: the command.")], ""),
        "command": (Literal[command], ...),
        "options": (own, ... if needed else own()),
    }
    says = f"What `cointrail {command}` says."
    return create_model(f"Exhibit{words}", __base__=Ask, __doc__=says, **parts)


AskExhibit: Any = Annotated[
    reduce(or_, (_model(command, options) for command, options in OPTIONS.items())),
    Field(discriminator="command"),
]
"""A question for an exhibit, told apart by its command."""


def options_of(server: Server, ask: Any) -> Options:
    """The options as the command has them; its files are those that this server has."""
    tags = server.bench.tags
    files = {"tags": [] if tags is None else [Path(one.path) for one in tags.files], "prices": []}
    given: Options = ask.options.model_dump()
    if given.get("currency") is not None:
        files["prices"] = list(server.prices)
    if given.get("limit", 0) is None:
        del given["limit"]
    return {**given, **{name: files[name] for name in FILES}}
