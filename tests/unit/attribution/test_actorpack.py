from __future__ import annotations

from pathlib import Path

from cointrail.attribution.actors import Actor, is_custodial
from cointrail.attribution.importers.actorpack import MAX_ACTOR_TEXT
from cointrail.attribution.tags import Verdict
from support.tag_files import load, write

FULL = """\
title: Actors
creator: us
lastmod: 2023-01-01
actors:
- id: shop
  label: Hidden Shop
  uri: https://shop.example
  categories: [market, shop]
  jurisdictions: [NO, us]
  aliases: [The Shop]
  context:
    legal_name: Hidden Shop Ltd
    twitter_handle: shop
  colour: red
"""


def test_an_actor_is_read_whole(tmp_path: Path) -> None:
    found = load(write(tmp_path, "a.yaml", FULL))
    assert found.actors == {
        "shop": Actor(
            id="shop",
            label="Hidden Shop",
            categories=("market", "shop"),
            jurisdictions=("NO", "US"),
            legal_name="Hidden Shop Ltd",
            uri="https://shop.example",
            source="Actors, us",
            aliases=("The Shop",),
            extra=(("colour", "red"), ("context.twitter_handle", "shop"), ("lastmod", "2023-01-01")),
        )
    }
    assert found.verdicts[0].warnings == ("unknown field `colour`, kept",)
    assert found.files[0].format == "actorpack"


def test_an_actor_inherits_from_the_header(tmp_path: Path) -> None:
    text = "title: t\njurisdictions: [MT]\nactors:\n- {id: a, label: A}\n"
    actor = load(write(tmp_path, "a.yaml", text)).actors["a"]
    assert (actor.jurisdictions, actor.source, actor.legal_name) == (("MT",), "t", None)


def test_a_code_that_is_no_country_is_kept_and_warned_of(tmp_path: Path) -> None:
    text = "title: t\nactors:\n- {id: a, label: A, jurisdictions: [Malta]}\n"
    found = load(write(tmp_path, "a.yaml", text))
    assert found.actors["a"].jurisdictions == ("MALTA",)
    assert found.verdicts[0].warnings == ("`MALTA` is not a two-letter country code",)


def test_rows_that_describe_nobody_have_a_verdict(tmp_path: Path) -> None:
    long = "x" * (MAX_ACTOR_TEXT + 1)
    text = f"title: t\nactors:\n- {{id: a}}\n- {{label: B}}\n- text\n- {{id: c, label: C, uri: {long}}}\n"
    found = load(write(tmp_path, "a.yaml", text))
    assert found.actors == {}
    assert [(row.verdict, row.line) for row in found.verdicts] == [
        (Verdict.INCOMPLETE, 3),
        (Verdict.INCOMPLETE, 4),
        (Verdict.INCOMPLETE, 5),
        (Verdict.UNSUPPORTED, 6),
    ]


def test_the_same_actor_again_is_a_duplicate_and_another_description_a_conflict(tmp_path: Path) -> None:
    row = "- {id: a, label: A, jurisdictions: [MT]}\n"
    first = write(tmp_path, "1.yaml", f"title: t\nactors:\n{row}{row}")
    other = write(tmp_path, "2.yaml", "title: t\nactors:\n- {id: a, label: A, jurisdictions: [SC]}\n")
    found = load(first, other)
    assert [row.verdict for row in found.verdicts] == [
        Verdict.ACCEPTED,
        Verdict.DUPLICATE,
        Verdict.CONFLICTING,
    ]
    assert found.verdicts[2].reason == f"described otherwise in {first}, line 3, which is taken"
    assert load(other, first).actors == found.actors


def test_context_that_is_plain_text_is_kept(tmp_path: Path) -> None:
    text = 'title: t\nactors:\n- {id: a, label: A, context: "free words"}\n'
    assert load(write(tmp_path, "a.yaml", text)).actors["a"].extra == (("context", "free words"),)


def test_custodial_categories_are_known_in_any_spelling() -> None:
    assert is_custodial(["user", "Hosted-Wallet"])
    assert is_custodial(["payment processor"])
    assert not is_custodial(["miner", "ransomware", "shop", ""])
