"""The judgements of a case file: `[[judgement]]` tables, read and checked."""

from __future__ import annotations

from datetime import date, datetime

from cointrail.casework.toml_form import TomlForm
from cointrail.chain.address import decode_address
from cointrail.chain.network import Network
from cointrail.chain.types import Txid
from cointrail.clustering.judgements import Judgement, JudgementKind, standing
from cointrail.errors import BadInput

KEYS = frozenset({"id", "kind", "who", "when", "why", "addresses", "txid", "withdraws"})
"""What an entry may say."""

_NEEDS = {
    JudgementKind.SAME_HAND: "addresses",
    JudgementKind.APART: "addresses",
    JudgementKind.NO_LINK: "txid",
    JudgementKind.WITHDRAW: "withdraws",
}
"""What each kind is about; it takes none of the others."""

_TABLE = "judgement"


def read_judgements(form: TomlForm, network: Network | None) -> tuple[Judgement, ...]:
    """All entries, in the order of the file.

    Raises:
        BadCase: an entry is not whole, or withdraws what does not stand; with file and line.
    """
    found: list[Judgement] = []
    for entry in form.entries(_TABLE):
        found.append(_read(entry, network))
        try:
            standing(found)
        except BadInput as error:
            entry.refuse(str(error), _TABLE, "id", hint=error.hint)
    return tuple(found)


def _read(entry: TomlForm, network: Network | None) -> Judgement:
    kind = _read_kind(entry)
    names, scripts = _read_addresses(entry, network) if _NEEDS[kind] == "addresses" else ((), ())
    withdraws = kind is JudgementKind.WITHDRAW
    return Judgement(
        id=entry.get_text(_TABLE, "id", "a judgement needs a name"),
        kind=kind,
        who=entry.get_text(_TABLE, "who", "who decided is part of the record"),
        when=_read_day(entry),
        why=entry.get_text(_TABLE, "why", "the reason is part of the record"),
        names=names,
        scripts=scripts,
        txid=_read_txid(entry) if kind is JudgementKind.NO_LINK else None,
        withdraws=entry.get_text(_TABLE, "withdraws", "say which judgement") if withdraws else None,
    )


def _read_kind(entry: TomlForm) -> JudgementKind:
    text = entry.get_text(_TABLE, "kind", "say what it decides")
    known = [kind.value for kind in JudgementKind]
    if text not in known:
        entry.refuse(f"`{text}` is no kind of judgement", _TABLE, "kind", hint=f"one of: {', '.join(known)}")
    kind = JudgementKind(text)
    for key in sorted(set(_NEEDS.values()) - {_NEEDS[kind]}):
        if entry.find(_TABLE, key) is not None:
            entry.refuse(f"a judgement of kind `{text}` takes no `{key}`", _TABLE, key)
    return kind


def _read_day(entry: TomlForm) -> date:
    given = entry.find_date(_TABLE, "when")
    if given is None or isinstance(given, datetime):
        entry.refuse(
            "a judgement needs the day of the decision", _TABLE, "when", hint="add `when = 2024-01-31`"
        )
    return given


def _read_addresses(entry: TomlForm, network: Network | None) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    given = entry.get_texts(_TABLE, "addresses")
    scripts = []
    for place, (text, _) in enumerate(given):
        try:
            scripts.append(decode_address(text, network))
        except BadInput as error:
            entry.refuse(str(error), _TABLE, "addresses", place, hint=error.hint)
    if len(set(scripts)) != 2 or len(scripts) != 2:
        entry.refuse(
            "a judgement is about two addresses", _TABLE, "addresses", hint="name two different ones"
        )
    return tuple(text for text, _ in given), tuple(scripts)


def _read_txid(entry: TomlForm) -> Txid:
    text = entry.get_text(_TABLE, "txid", "say whose inputs were several hands'")
    try:
        return Txid.parse(text)
    except (BadInput, ValueError) as error:
        entry.refuse(f"`{text}` is no transaction id: {error}", _TABLE, "txid")
