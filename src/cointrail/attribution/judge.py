"""One row, judged by itself: is it a claim about a bitcoin address or transaction that can be kept?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cointrail.attribution.confidence import UNKNOWN, Confidence, find_confidence
from cointrail.attribution.importers.rows import TagRow
from cointrail.attribution.safe_text import safe_text
from cointrail.attribution.tags import ACTOR_TAG, Tag, Verdict
from cointrail.chain.address import decode_address
from cointrail.chain.network import Network
from cointrail.chain.types import Txid
from cointrail.errors import BadAddress, BadInput

MAX_NAME = 300
MAX_TEXT = 10_000
"""Longest field that names something, and longest other one, in characters; a label is a text, kept whole."""

_NAMES = frozenset({"actor", "address", "tx_hash", "category"})

_BITCOIN = frozenset({"btc", "xbt", "bitcoin"})
_TAG_TYPES = frozenset({ACTOR_TAG, "event", "mention"})
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_FAULTS = {"checksum": Verdict.BAD_CHECKSUM, "network": Verdict.WRONG_NETWORK}


@dataclass(frozen=True, slots=True)
class Judged:
    """A row's tag, or None and why not.

    `subject` and `label` are what the row said, shortened but raw; `reason` and `warnings` can be shown.
    """

    tag: Tag | None
    verdict: Verdict
    subject: str
    label: str
    reason: str
    warnings: tuple[str, ...]


class _Refused(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


def judge_row(row: TagRow, pack: str, network: Network) -> Judged:
    """Keep the row as a tag, or say why it cannot be one. Never raises for what a row holds."""
    fields = row.fields
    subject = (fields.get("address") or fields.get("tx_hash") or "")[:MAX_NAME]
    label = fields.get("label", "")[:MAX_NAME]
    warnings = list(row.warnings)
    try:
        _check_size(row)
        _check_complete(fields)
        _check_chain(fields, network)
        script, txid = _subject(fields, network)
    except _Refused as refused:
        if refused.reason == _SECRET:
            subject = "(a private key)"
        return Judged(None, refused.verdict, subject, label, safe_text(refused.reason), _shown(warnings))
    extra = list(row.extra)
    tag = Tag(
        label=fields["label"],
        source=fields["source"],
        actor=fields.get("actor"),
        categories=row.categories,
        confidence=_confidence(fields, extra, warnings),
        lastmod=_lastmod(fields, extra, warnings),
        address=fields.get("address"),
        script=script,
        txid=txid,
        is_cluster_definer=_flag(fields, extra, warnings),
        pack=pack,
        line=row.line,
        tag_type=_tag_type(fields, extra, warnings),
        context=fields.get("context"),
        extra=tuple(sorted(extra)),
    )
    return Judged(tag, Verdict.ACCEPTED, subject, label, "", _shown(warnings))


_SECRET = "this is a private key, not an address"  # noqa: S105 - a sentence about keys


def _shown(warnings: list[str]) -> tuple[str, ...]:
    return tuple(safe_text(warning) for warning in warnings)


def _check_size(row: TagRow) -> None:
    for name, text in (*row.fields.items(), *row.extra, *(("category", word) for word in row.categories)):
        limit = MAX_NAME if name in _NAMES else MAX_TEXT
        if len(text) > limit:
            reason = f"`{name}` has {len(text):,} characters, {limit:,} are the most"
            raise _Refused(Verdict.UNSUPPORTED, reason)


def _check_complete(fields: Mapping[str, str]) -> None:
    subjects = [name for name in ("address", "tx_hash") if name in fields]
    if not subjects:
        raise _Refused(Verdict.INCOMPLETE, "it has neither `address` nor `tx_hash`")
    if len(subjects) > 1:
        raise _Refused(Verdict.UNSUPPORTED, "it has both `address` and `tx_hash`; a tag has one subject")
    for name in ("label", "source"):
        if name not in fields:
            raise _Refused(Verdict.INCOMPLETE, f"it has no `{name}`")


def _check_chain(fields: Mapping[str, str], network: Network) -> None:
    """The chain is `network`; a tag that names only a currency is on that currency's own chain."""
    named = fields.get("network") or fields.get("currency")
    if named is not None and named.casefold() not in {*_BITCOIN, network.name}:
        raise _Refused(Verdict.UNSUPPORTED, f"it is about {named[:30]}, not bitcoin")


def _subject(fields: Mapping[str, str], network: Network) -> tuple[bytes | None, Txid | None]:
    if (address := fields.get("address")) is None:
        try:
            return None, Txid.parse(fields["tx_hash"])
        except BadInput as error:
            raise _Refused(Verdict.BAD_ADDRESS, str(error)) from None
    try:
        return decode_address(address, network), None
    except BadAddress as error:
        if error.facts.get("fault") == "private_key":
            raise _Refused(Verdict.BAD_ADDRESS, _SECRET) from None
        raise _Refused(_verdict(error), str(error)) from None


def _verdict(error: BadAddress) -> Verdict:
    fault = error.facts.get("fault")
    return _FAULTS.get(fault, Verdict.BAD_ADDRESS) if isinstance(fault, str) else Verdict.BAD_ADDRESS


def _confidence(fields: Mapping[str, str], extra: list[tuple[str, str]], warnings: list[str]) -> Confidence:
    word = fields.get("confidence")
    if word is None:
        warnings.append("no `confidence`, taken as unknown")
        return UNKNOWN
    if (known := find_confidence(word)) is None:
        _set_aside("confidence", word, extra, warnings)
        return UNKNOWN
    return known


def _lastmod(fields: Mapping[str, str], extra: list[tuple[str, str]], warnings: list[str]) -> date | None:
    text = fields.get("lastmod")
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        _set_aside("lastmod", text, extra, warnings)
        return None


def _flag(fields: Mapping[str, str], extra: list[tuple[str, str]], warnings: list[str]) -> bool | None:
    text = fields.get("is_cluster_definer")
    if text is None or text.casefold() in _FLAGS:
        return None if text is None else _FLAGS[text.casefold()]
    _set_aside("is_cluster_definer", text, extra, warnings)
    return None


def _tag_type(fields: Mapping[str, str], extra: list[tuple[str, str]], warnings: list[str]) -> str:
    text = fields.get("tag_type", ACTOR_TAG).casefold()
    if text not in _TAG_TYPES:
        _set_aside("tag_type", text, extra, warnings)
        return ACTOR_TAG
    return text


def _set_aside(name: str, text: str, extra: list[tuple[str, str]], warnings: list[str]) -> None:
    """Keep a value that means nothing here as an extra field, and say so."""
    extra.append((name, text))
    warnings.append(f"`{name}` is `{text[:60]}`, which is not known; kept as text")
