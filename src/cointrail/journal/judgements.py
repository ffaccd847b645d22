"""Judgements of a journal as clustering knows them."""

from __future__ import annotations

from collections.abc import Sequence

from cointrail.chain.address import decode_address
from cointrail.chain.types import Txid
from cointrail.clustering.judgements import Judgement, JudgementKind, standing
from cointrail.errors import BadInput, BadJournal
from cointrail.journal.acts import JudgementMade


def judgement_of(made: JudgementMade) -> Judgement:
    """One judgement.

    Raises:
        BadJournal: an unknown kind, not what its kind is about, or an address or id that is none.
    """
    try:
        kind = JudgementKind(made.kind)
    except ValueError:
        known = ", ".join(one.value for one in JudgementKind)
        raise BadJournal(f"`{made.kind[:80]}` is no kind of judgement", hint=f"one of: {known}") from None
    is_about_two = kind in {JudgementKind.SAME_HAND, JudgementKind.APART}
    given = (len(made.addresses), made.txid is not None, made.withdraws is not None)
    if given != (2 * is_about_two, kind is JudgementKind.NO_LINK, kind is JudgementKind.WITHDRAW):
        raise BadJournal(
            f"a judgement of kind `{kind.value}` is not about that",
            hint="same_hand and apart name two addresses, no_link a transaction, withdraw a judgement",
        )
    try:
        scripts = tuple(decode_address(text, None) for text in made.addresses)
        txid = Txid.parse(made.txid) if made.txid is not None else None
    except (BadInput, ValueError) as error:
        raise BadJournal(str(error), hint=getattr(error, "hint", None)) from None
    if is_about_two and scripts[0] == scripts[1]:
        raise BadJournal("a judgement is about two addresses", hint="name two different ones")
    return Judgement(
        id=made.id,
        kind=kind,
        who=made.who,
        when=made.when,
        why=made.why,
        names=made.addresses,
        scripts=scripts,
        txid=txid,
        withdraws=made.withdraws,
    )


def require_standing(judgements: Sequence[Judgement]) -> None:
    """Refuse judgements of which one cannot follow those before it.

    Raises:
        BadJournal: its id is taken, or it withdraws what does not stand.
    """
    try:
        standing(judgements)
    except BadInput as error:
        raise BadJournal(str(error), hint=error.hint) from None
