from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cointrail.attribution.actors import Actor
from cointrail.attribution.parties import name_each, parties
from cointrail.attribution.resolve import Attribution, Proposal, resolve
from cointrail.attribution.tags import Tag, TagSet
from cointrail.chain.types import Txid
from support.tag_files import TXID, address_of, script_of

SHOP = Actor("shop", "The Shop", ("shop",), ("NO",), "Shop AS", source="pack")
BANK = Actor("bank", "Coin Bank", ("exchange",), ("MT",), source="pack")


def tag(number: int, label: str, actor: str | None = None, **rest: Any) -> Tag:
    plain = Tag(label=label, actor=actor, source="s", address=address_of(number), script=script_of(number))
    return replace(plain, **rest)


def laid(*tags: Tag, clusters: Mapping[int, int] | None = None) -> Attribution:
    """Scripts 1..9 are on the chain, each its own cluster unless `clusters` says otherwise."""
    numbers = {script_of(number): number for number in range(1, 10)}
    labels = dict(clusters or {})
    tag_set = TagSet(tags, {"shop": SHOP, "bank": BANK}, (), "d")
    return resolve(tag_set, numbers.get, lambda num: labels.get(num, num))


def test_a_label_reaches_a_cluster_as_a_proposal_that_names_the_tagged_script() -> None:
    claim = tag(2, "Shop", "shop")
    found = laid(claim, clusters={2: 1}).of_cluster(1)
    assert found is not None
    assert found.proposals == (Proposal(claim, 2),)
    assert (found.label, found.actor, found.conflict, found.parties) == (1, "shop", False, ("shop",))


def test_direct_tags_stay_with_their_own_script() -> None:
    claim = tag(2, "Shop", "shop")
    attribution = laid(claim, clusters={2: 1})
    assert attribution.of_script(2) == (claim,)
    assert attribution.of_script(1) == ()


def test_two_actors_in_one_cluster_are_a_conflict_without_an_actor() -> None:
    attribution = laid(tag(1, "a", "shop"), tag(2, "b", "bank"), clusters={2: 1})
    found = attribution.of_cluster(1)
    assert found is not None
    assert (found.actor, found.conflict, found.parties) == (None, True, ("bank", "shop"))
    assert len(found.proposals) == 2
    assert attribution.conflicts() == (found,)
    assert attribution.actor(1) is None


def test_one_against_many_is_still_a_conflict() -> None:
    many = [tag(n, "b", "bank") for n in range(2, 9)]
    attribution = laid(tag(1, "a", "shop"), *many, clusters=dict.fromkeys(range(1, 10), 1))
    assert attribution.custodian(1) is None
    assert [found.label for found in attribution.conflicts()] == [1]


def test_a_tag_for_its_own_address_only_makes_no_proposal() -> None:
    claim = tag(2, "thief", is_cluster_definer=False)
    attribution = laid(claim, tag(1, "Bank", "bank"), clusters={2: 1})
    found = attribution.of_cluster(1)
    assert found is not None
    assert (found.actor, found.conflict) == ("bank", False)
    assert attribution.of_script(2) == (claim,)
    assert laid(claim).of_cluster(2) is None


def test_events_and_mentions_make_no_proposal() -> None:
    attribution = laid(tag(1, "hack", tag_type="event"), tag(1, "listed", tag_type="mention"))
    assert attribution.of_cluster(1) is None
    assert len(attribution.of_script(1)) == 2


def test_a_cluster_with_a_custodial_actor_has_a_custodian() -> None:
    attribution = laid(tag(1, "b", "bank"), tag(2, "s", "shop"))
    assert attribution.custodian(1) == BANK
    assert attribution.custodian(2) is None
    assert attribution.actor(2) == SHOP
    assert attribution.custodian_labels() == {1: BANK}
    assert attribution.custodian(3) is None


def test_a_tags_own_category_makes_its_actor_custodial() -> None:
    found = laid(tag(1, "s", "shop", categories=("exchange", "shop"))).custodian(1)
    assert found is not None
    assert (found.id, found.categories, found.jurisdictions) == ("shop", ("shop", "exchange"), ("NO",))


def test_a_label_without_an_actor_stands_for_one() -> None:
    attribution = laid(tag(1, "Some Exchange", categories=("exchange",)))
    expected = Actor("Some Exchange", "Some Exchange", ("exchange",), source="s")
    assert attribution.custodian(1) == expected
    found = attribution.of_cluster(1)
    assert found is not None
    assert found.actor == "Some Exchange"


def test_a_bare_label_never_borrows_the_description_of_an_actor_of_that_id() -> None:
    found = laid(tag(1, "bank")).actor(1)
    assert found == Actor("bank", "bank", source="s")


def test_a_contested_custodian_is_named_as_such() -> None:
    attribution = laid(
        tag(1, "b", "bank"), tag(2, "s", "shop"), tag(3, "x"), tag(4, "y"), clusters={2: 1, 4: 3}
    )
    assert attribution.contested_custodians() == {1}
    assert [found.label for found in attribution.conflicts()] == [1, 3]
    assert attribution.custodian_labels() == {}


def test_tags_of_scripts_that_the_chain_does_not_hold_are_counted() -> None:
    attribution = laid(tag(77, "far"), tag(1, "near"))
    assert attribution.unseen == 1
    assert attribution.digest == "d"


def test_a_transactions_tags_are_found_by_its_id() -> None:
    claim = Tag(label="x", source="s", txid=Txid.parse(TXID))
    attribution = laid(claim)
    assert attribution.of_tx(Txid.parse(TXID)) == (claim,)
    assert attribution.of_tx(Txid(bytes(32))) == ()
    assert attribution.unseen == 0


names = st.sampled_from(["Shop", "shop", "The Shop", "Bank", "coin bank", "someone", "Someone"])
some_tags = st.lists(st.tuples(names, st.sampled_from([None, None, "shop", "bank"])), min_size=1, max_size=6)


@given(said=some_tags)
def test_the_party_of_each_tag_is_one_of_the_parties_of_all(said: list[tuple[str, str | None]]) -> None:
    actors = {"shop": SHOP, "bank": BANK}
    tags = [tag(k + 1, label, actor) for k, (label, actor) in enumerate(said)]
    each = name_each(tags, actors)
    assert set(each) == set(parties(tags, actors))
    assert all(name == one.actor for name, one in zip(each, tags, strict=True) if one.actor is not None)


def test_what_is_proposed_for_clusters_of_one_party_under_two_names_is_one_party() -> None:
    attribution = laid(tag(1, "x", "shop"), tag(2, "the shop"), tag(3, "other"))
    proposals = [found.proposals[0] for found in attribution.proposed()]
    assert attribution.parties_of(proposals) == ("shop", "shop", "other")
