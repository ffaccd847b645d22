from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.attribution.tags import TagSet, Verdict
from cointrail.errors import BadTag
from support.tag_files import HEADER, address_of, load, pack, write

A, B = address_of(1), address_of(2)
ROWS = f"""\
- {{address: {A}, label: Shop, actor: shop}}
- {{address: {B}, label: Mill, actor: mill}}
"""


def verdicts(found: TagSet) -> list[Verdict]:
    return [row.verdict for row in found.verdicts]


def test_the_same_claim_again_is_a_duplicate_that_names_the_first(tmp_path: Path) -> None:
    found = load(path := pack(tmp_path, ROWS + f"- {{address: {A}, label: Shop, actor: shop}}\n"))
    assert verdicts(found) == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.DUPLICATE]
    assert found.verdicts[2].reason == f"the same as {path}, line 7"
    assert len(found.tags) == 2


def test_the_same_label_from_another_source_is_a_claim_of_its_own(tmp_path: Path) -> None:
    found = load(pack(tmp_path, ROWS + f"- {{address: {A}, label: Shop, actor: shop, source: other}}\n"))
    assert verdicts(found) == [Verdict.ACCEPTED] * 3


def test_of_duplicates_the_best_vouched_for_is_kept_in_any_order(tmp_path: Path) -> None:
    strong = f"- {{address: {A}, label: Shop, confidence: ownership}}\n"
    weak = f"- {{address: {A}, label: Shop, lastmod: 2024-01-01}}\n"
    one, other = (
        load(pack(tmp_path, rows, name=name))
        for rows, name in ((strong + weak, "1.yaml"), (weak + strong, "2.yaml"))
    )
    assert verdicts(one) == [Verdict.ACCEPTED, Verdict.DUPLICATE]
    assert verdicts(other) == [Verdict.DUPLICATE, Verdict.ACCEPTED]
    assert one.digest == other.digest
    assert one.tags[0].confidence.id == other.tags[0].confidence.id == "ownership"


def test_two_actors_on_one_address_conflict_and_both_stay(tmp_path: Path) -> None:
    found = load(pack(tmp_path, ROWS + f"- {{address: {A}, label: Mill, actor: mill}}\n"))
    assert verdicts(found) == [Verdict.CONFLICTING, Verdict.ACCEPTED, Verdict.CONFLICTING]
    assert found.verdicts[0].reason == "different holders are named: mill, shop"
    assert len(found.tags) == 3


def test_one_label_and_source_for_two_actors_is_a_conflict_not_a_duplicate(tmp_path: Path) -> None:
    rows = f"- {{address: {A}, label: x, actor: shop}}\n- {{address: {A}, label: x, actor: mill}}\n"
    assert verdicts(load(pack(tmp_path, rows))) == [Verdict.CONFLICTING] * 2


def test_two_labels_of_one_actor_agree(tmp_path: Path) -> None:
    rows = f"- {{address: {A}, label: cold, actor: shop}}\n- {{address: {A}, label: hot, actor: shop}}\n"
    assert verdicts(load(pack(tmp_path, rows))) == [Verdict.ACCEPTED] * 2


@pytest.mark.parametrize("label", ["SHOP", " the  shop", "shop Ltd", "Shop cold"])
def test_a_bare_label_agrees_with_an_actor_of_that_name(tmp_path: Path, label: str) -> None:
    actors = "title: t\nactors:\n- {id: shop, label: The Shop, aliases: [Shop Ltd]}\n"
    rows = f"- {{address: {A}, label: shop cold, actor: shop}}\n- {{address: {A}, label: '{label}'}}\n"
    found = load(pack(tmp_path, rows), write(tmp_path, "actors.yaml", actors))
    assert verdicts(found) == [Verdict.ACCEPTED] * 3


def test_two_bare_labels_conflict_unless_only_case_differs(tmp_path: Path) -> None:
    rows = f"- {{address: {A}, label: Shop}}\n- {{address: {A}, label: shop}}\n"
    assert verdicts(load(pack(tmp_path, rows))) == [Verdict.ACCEPTED] * 2
    rows += f"- {{address: {A}, label: Mill}}\n"
    assert verdicts(load(pack(tmp_path, rows))) == [Verdict.CONFLICTING] * 3


def test_an_event_tag_conflicts_with_nobody(tmp_path: Path) -> None:
    rows = ROWS + f"- {{address: {A}, label: Shop hack, tag_type: event}}\n"
    assert verdicts(load(pack(tmp_path, rows))) == [Verdict.ACCEPTED] * 3


def test_the_digest_depends_on_claims_and_not_on_files_lines_or_order(tmp_path: Path) -> None:
    first, second = ROWS.splitlines(keepends=True)
    whole = load(pack(tmp_path, ROWS))
    parts = load(
        pack(tmp_path, second, name="z.yaml", header="# moved\n" + HEADER.replace("title: t", "title: u")),
        pack(tmp_path, first, name="b.yml"),
    )
    assert whole.digest == parts.digest
    assert len(whole.digest) == 64
    assert load(pack(tmp_path, first)).digest != whole.digest
    assert load(pack(tmp_path, ROWS.replace("Mill", "mill"))).digest != whole.digest


def test_rejected_rows_and_duplicates_leave_the_digest_as_it_is(tmp_path: Path) -> None:
    more = ROWS + f"- {{address: {A}, label: Shop, actor: shop}}\n- {{address: 1bad, label: x}}\n"
    assert load(pack(tmp_path, more)).digest == load(pack(tmp_path, ROWS)).digest


def test_an_actor_changes_the_digest(tmp_path: Path) -> None:
    actors = write(tmp_path, "actors.yaml", "title: t\nactors:\n- {id: shop, label: Shop}\n")
    tags = pack(tmp_path, ROWS)
    assert load(tags, actors).digest != load(tags).digest
    assert load(tags, actors).digest == load(actors, tags).digest


def test_the_counts_add_up_to_the_rows_of_all_files(tmp_path: Path) -> None:
    listed = write(tmp_path, "ofac.txt", f"{A}\n{A}\nbad\n")
    found = load(
        pack(tmp_path, ROWS), listed, write(tmp_path, "a.csv", f"address,label,source\n,x,s\n{A},y,s\n")
    )
    assert [(file.format, file.rows) for file in found.files] == [
        ("tagpack", 2),
        ("plain list", 3),
        ("csv", 2),
    ]
    counts = found.counts()
    assert set(counts) == set(Verdict)
    assert sum(counts.values()) == 7
    assert counts[Verdict.INCOMPLETE] == 1


def test_one_bad_file_means_nothing_is_loaded(tmp_path: Path) -> None:
    good, bad = pack(tmp_path, ROWS), write(tmp_path, "b.yaml", "tags: &a []\n")
    with pytest.raises(BadTag, match=r"b\.yaml, line 1: an anchor"):
        load(good, bad)


@pytest.mark.parametrize("name", ["a.json", "a.exe", "a.yaml.zst"])
def test_a_file_of_unknown_kind_is_refused_with_the_known_kinds(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadTag, match="not a known kind") as caught:
        load(write(tmp_path, name, "{}"))
    assert "TagPack" in (caught.value.hint or "")


def test_no_files_give_an_empty_set(tmp_path: Path) -> None:
    found = load()
    assert (found.tags, found.actors, found.verdicts) == ((), {}, ())
    assert sum(found.counts().values()) == 0
