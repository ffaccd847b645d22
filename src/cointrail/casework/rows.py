"""The rows of a case's tables. Ledger facts, inferences and attributions stand in columns of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from cointrail.casework.columns import Group, Kind, Says
from cointrail.casework.money_flows import InflowClass, OutflowClass
from cointrail.chain.types import BlockHash, Outpoint
from cointrail.heuristics.base import Tier
from cointrail.tracing.trace import Hand

FACT, INFERENCE, ATTRIBUTION = Kind.FACT, Kind.INFERENCE, Kind.ATTRIBUTION

CHANGE_HOPS = (
    "hops of a same-hand or dashed path at which only a change verdict says that the hand stayed the same"
)
DASHED = "what the path would hold at if each weak change hop were true: to be looked at, not claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An output: its name, and where and when it was created."""

    outpoint: Annotated[Outpoint, Says(FACT, "txid:vout", "the output")]
    block_hash: Annotated[BlockHash, Says(FACT, "hash", "its block")]
    height: Annotated[int, Says(FACT, "height", "its block's height")]
    time_utc: Annotated[datetime, Says(FACT, "UTC", "its block's time, as the miner wrote it")]
    value_sat: Annotated[int, Says(FACT, "satoshi", "its value")]
    address: Annotated[
        str, Says(FACT, "address", "who can spend it; `script:` and hex where no address form exists")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Fiat value with the rate it was made from. Without a rate all is empty, never zero."""

    exact: Decimal | None
    """Not a column: what totals are made of."""
    value: Annotated[str, Says(ATTRIBUTION, "currency", "fiat value, rounded to the minor unit")]
    currency: Annotated[str | None, Says(ATTRIBUTION, "ISO 4217", "its currency")]
    rate: Annotated[Decimal | None, Says(ATTRIBUTION, "currency per bitcoin", "the rate")]
    rate_source: Annotated[str | None, Says(ATTRIBUTION, "text", "who published the rate")]
    rate_time: Annotated[datetime | None, Says(ATTRIBUTION, "UTC", "when that price was struck")]
    rate_convention: Annotated[str | None, Says(ATTRIBUTION, "text", "which price it is, and any conversion")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A tagged custodial service, and one of the claims that say so."""

    exchange: Annotated[str, Says(ATTRIBUTION, "text", "name of the custodial service")]
    legal_entity: Annotated[
        str, Says(ATTRIBUTION, "text", "its registered name; `unknown` when no source gives it")
    ]
    jurisdiction: Annotated[
        str,
        Says(
            ATTRIBUTION,
            "country codes",
            "where it is registered, joined by `+`; `unknown` when no source says",
        ),
    ]
    tagged_address: Annotated[str, Says(ATTRIBUTION, "address", "the tagged address that the claim is about")]
    tag_label: Annotated[str, Says(ATTRIBUTION, "text", "what the claim calls it")]
    tag_source: Annotated[str, Says(ATTRIBUTION, "text", "who claims it")]
    tag_date: Annotated[date | None, Says(ATTRIBUTION, "date", "when; empty when the source does not say")]
    tag_confidence: Annotated[str, Says(ATTRIBUTION, "level", "how far the source vouches for it")]
    tag_tier: Annotated[
        Tier,
        Says(
            INFERENCE,
            "tier",
            "what joins the tagged address to this output; T0: the same script; T3: a deposit address, "
            "by inference",
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a lead says, in three sentences that are not to be mixed."""

    says_ledger: Annotated[str, Says(FACT, "text", "what the ledger shows, under named policies")]
    says_inference: Annotated[str, Says(INFERENCE, "text", "what is concluded about the hand, at which tier")]
    says_attribution: Annotated[str, Says(ATTRIBUTION, "text", "who claims whose cluster it is")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorColumns:
    """How far a row's inferences may be wrong. All is empty where the row makes none."""

    bound_ppm: Annotated[
        int | None,
        Says(
            INFERENCE,
            "parts per million",
            "the inferences of this row are wrong in at most this, no payjoin among them; of a lead over "
            "other hands, those that make its ends the service's and the exchange's, and a dashed path, "
            "not who paid; empty where one of them was not measured",
        ),
    ]
    independent_ppm: Annotated[
        int | None, Says(INFERENCE, "parts per million", "the same if links fail independently")
    ]
    payjoin_1_ppm: Annotated[
        int | None,
        Says(INFERENCE, "parts per million", "the bound if 1 % of the links that can be payjoins are"),
    ]
    payjoin_5_ppm: Annotated[int | None, Says(INFERENCE, "parts per million", "the same for 5 %")]
    links: Annotated[
        str,
        Says(
            INFERENCE,
            "tier=count",
            "all links that the row rests on: also what makes the payment the service's and a lead's other "
            "end the exchange's, which may be weaker than the hand's path",
        ),
    ]
    not_measured: Annotated[str, Says(INFERENCE, "rule=count", "those of them that have no measured rate")]
    says: Annotated[
        str,
        Says(
            INFERENCE,
            "text",
            "the same in sentences, with the weakest link and what is missed",
        ),
    ]


ERROR = Group("error_", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """One output to the service."""

    payment: Annotated[Place, Group("", "the paying output")]
    worth: Annotated[Worth, Group("", "at its block's time")]
    report: Annotated[Worth, Group("report_", "at the end of the report date")]
    class_: Annotated[InflowClass, Says(INFERENCE, "class", "what the output is to the service")]
    payer_cluster: Annotated[
        int | None,
        Says(INFERENCE, "label", "the cluster that paid; empty where no single cluster is known to have"),
    ]
    payer_cluster_size: Annotated[int | None, Says(INFERENCE, "scripts", "how many scripts it has")]
    payer_cluster_address: Annotated[str, Says(INFERENCE, "address", "its first address in chain order")]
    outcome: Annotated[
        str, Says(INFERENCE, "outcome", "`same_hand_lead`, `upstream_lead` or the stop reason")
    ]
    stop_reason: Annotated[
        str,
        Says(
            INFERENCE,
            "stop reason",
            "where most of the value ended, by the first policy; empty where a lead carries value by it",
        ),
    ]
    leads: Annotated[int, Says(INFERENCE, "count", "rows of `leads.csv` for it, by any policy")]
    ends_fifo_sat: Annotated[
        str, Says(INFERENCE, "stop=satoshi", "where its value ended by FIFO; adds up to it")
    ]
    ends_haircut_sat: Annotated[str, Says(INFERENCE, "stop=satoshi", "the same by haircut")]
    note: Annotated[str, Says(INFERENCE, "text", "what else to know")]
    error: Annotated[ErrorColumns | None, ERROR]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """One withdrawal from a custodial service that a payment leads back to."""

    payment: Annotated[Outpoint, Says(FACT, "txid:vout", "the payment")]
    hand: Annotated[Hand, Says(INFERENCE, "hand", "`same_hand` or `upstream`")]
    withdrawal: Annotated[Place, Group("withdrawal_", "the withdrawal")]
    worth: Annotated[Worth, Group("", "the withdrawal at its block's time")]
    report: Annotated[Worth, Group("report_", "the withdrawal at the end of the report date")]
    service: Annotated[Service, Group("", "")]
    hops: Annotated[int, Says(FACT, "count", "transactions between withdrawal and payment")]
    weakest_tier: Annotated[
        Tier | None,
        Says(
            INFERENCE, "tier", "weakest link of the same-hand path; empty upstream, where no link is claimed"
        ),
    ]
    fifo_sat: Annotated[
        int, Says(FACT, "satoshi", "how much of the payment came out of the withdrawal, by FIFO")
    ]
    haircut_sat: Annotated[int, Says(FACT, "satoshi", "the same by haircut")]
    path: Annotated[str, Says(FACT, "txid:vout<-txid:vout", "the shortest path, from the payment back")]
    statement: Annotated[Statement, Group("", "")]
    change_hops: Annotated[int | None, Says(INFERENCE, "count", CHANGE_HOPS)]
    dashed_tier: Annotated[Tier | None, Says(INFERENCE, "tier", DASHED)]
    error: Annotated[ErrorColumns | None, ERROR]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProceedRow:
    """One end of an outflow: a deposit, or all value that ended for one reason."""

    class_: Annotated[OutflowClass, Says(INFERENCE, "class", "what the output is to the service")]
    outflow: Annotated[Place, Group("outflow_", "the output by which value left")]
    outflow_worth: Annotated[Worth, Group("outflow_", "the outflow at its block's time")]
    outcome: Annotated[
        str, Says(INFERENCE, "outcome", "`same_hand_lead`, `downstream_lead` or the stop reason")
    ]
    hand: Annotated[
        Hand | None, Says(INFERENCE, "hand", "`same_hand` or `downstream`; empty where there is no lead")
    ]
    branches: Annotated[int, Says(FACT, "count", "ends in this row: 1 for a deposit")]
    end: Annotated[Place, Group("end_", "the deposit, or the nearest output that ended so")]
    worth: Annotated[Worth, Group("", "that output at its block's time")]
    report: Annotated[Worth, Group("report_", "that output at the end of the report date")]
    service: Annotated[Service | None, Group("", "")]
    hops: Annotated[int, Says(FACT, "count", "transactions between the outflow and that output")]
    fifo_sat: Annotated[int, Says(FACT, "satoshi", "how much of the outflow went there, by FIFO")]
    haircut_sat: Annotated[int, Says(FACT, "satoshi", "the same by haircut")]
    path: Annotated[str, Says(FACT, "txid:vout->txid:vout", "the shortest path, from the outflow on")]
    statement: Annotated[Statement | None, Group("", "")]
    weakest_tier: Annotated[
        Tier | None,
        Says(INFERENCE, "tier", "weakest link of a same-hand path; empty where no link is claimed"),
    ]
    change_hops: Annotated[int | None, Says(INFERENCE, "count", CHANGE_HOPS)]
    dashed_tier: Annotated[Tier | None, Says(INFERENCE, "tier", DASHED)]
    error: Annotated[ErrorColumns | None, ERROR]


TABLES: dict[str, type] = {"payments": PaymentRow, "leads": LeadRow, "proceeds": ProceedRow}
"""The tables of a case run, with the type of their rows, which says what the columns mean."""
