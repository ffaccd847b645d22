"""What holds for every journal: the fold, the chain, and that no change to a byte goes unseen."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import replace
from functools import cache

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cointrail.errors import BadJournal
from cointrail.journal.acts import (
    ACTIONS,
    DeadlineMet,
    DeadlineSet,
    DrawingAdded,
    ExhibitTaken,
    FindingKind,
    FindingStated,
    NoteAdded,
    SeedGiven,
    SeedsAdded,
    Undone,
)
from cointrail.journal.book import Deed
from cointrail.journal.canonical import LARGEST_WHOLE, canonical, parse_canonical
from cointrail.journal.contents import act_of, content_of
from cointrail.journal.entry import Head, first_previous, parse_line
from cointrail.journal.fold import fold
from cointrail.journal.verify import Fault, split_lines, verify_journal
from support.journals import DAY, OPENED, book, deeds, filled

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_WHOLE, LARGEST_WHOLE)
    | st.text(st.characters(codec="utf-8"), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)

some_deeds = st.one_of(
    st.builds(
        lambda text: Deed(NoteAdded(text=text + "x")),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9),
    ),
    st.builds(lambda n: Deed(SeedsAdded(seeds=(SeedGiven("address", f"a{n}"),))), st.integers(0, 3)),
    st.just(Deed(ExhibitTaken(title="t", request={}, basis={}, size=2), result=b"{}")),
    st.builds(
        lambda n: Deed(FindingStated(text="f", kind=FindingKind.FACT, exhibits=(n,))), st.integers(1, 3)
    ),
    st.just(Deed(DeadlineSet(title="d", due=DAY))),
    st.builds(lambda n: Deed(DeadlineMet(deadline=n)), st.integers(1, 3)),
    st.builds(lambda n: Deed(Undone(entry=n)), st.integers(1, 12)),
)


DRAWN = Deed(DrawingAdded(name="to the exchange", size=2, note="its path"), result=b"{}")


@cache
def _lines() -> tuple[bytes, ...]:
    return filled().journal(OPENED.reference).lines


def _plain_verify(data: bytes, head: str) -> bool:
    """The whole check in the standard library alone, as a stranger would write it."""
    previous, seq = "", 0
    for line in data.split(b"\n")[:-1]:
        entry = json.loads(line)
        digest = entry.pop("digest")
        if seq == 0:
            previous = hashlib.sha256(f"cointrail journal 1 {entry['case']}".encode()).hexdigest()
        seq += 1

        def form(value: object) -> bytes:
            return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

        if (
            (entry["seq"], entry["previous"]) != (seq, previous)
            or hashlib.sha256(form(entry)).hexdigest() != digest
            or form({**entry, "digest": digest}) != line
        ):
            return False
        previous = digest
    return data.endswith(b"\n") and head == f"{seq}:{previous}"


@given(values)
def test_canonical_json_is_that_of_the_standard_and_reads_back(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert parse_canonical(canonical(value)) == value


@pytest.mark.parametrize(
    "value", [1.0, 2**53, -(2**53), {"é": 1}, {1: 2}, "\ud800", b"x", float("nan"), [[[object()]]]]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(BadJournal, match="canonical"):
        canonical(value)


def test_a_value_nested_too_deeply_is_refused() -> None:
    value: list[object] = []
    for _ in range(50):
        value = [value]
    with pytest.raises(BadJournal, match="nested too deeply"):
        canonical(value)
    with pytest.raises(BadJournal, match="not JSON"):
        parse_canonical(b"[" * 100_000)


@given(st.lists(some_deeds, max_size=12))
def test_any_sequence_of_deeds_folds_to_the_case_that_a_plain_replay_gives(given_deeds: list[Deed]) -> None:
    """What is refused leaves nothing; what is taken is seen again by whoever reads the journal."""
    made = book()
    state = made.open_case(OPENED)
    for deed in given_deeds:
        try:
            state = made.add(OPENED.reference, deed)
        except BadJournal:
            assert made.case(OPENED.reference) == state
    journal = made.journal(OPENED.reference)
    assert journal.case == state == fold(journal.entries)
    assert verify_journal(journal.lines, state.head).intact
    assert _plain_verify(b"".join(journal.lines), str(state.head))
    kept = [one for one in journal.entries if one.seq not in state.undone]
    assert [one.what.text for one in state.notes] == [
        one.content["text"] for one in kept if one.action == "note.add"
    ]
    wanted = {seed["text"] for one in kept if one.action == "seeds.add" for seed in one.content["seeds"]}
    assert {seed.text for seed in state.seeds} == wanted
    assert {one.number for one in state.exhibits} >= {n for f in state.findings for n in f.what.exhibits}


@given(st.lists(some_deeds, min_size=1, max_size=8), st.data())
def test_undoing_and_doing_again_gives_the_case_of_before(
    given_deeds: list[Deed], data: st.DataObject
) -> None:
    made = book()
    before = made.open_case(OPENED)
    for deed in given_deeds:
        try:
            before = made.add(OPENED.reference, deed)
        except BadJournal:
            continue
    if before.entries == 1:
        return
    target = data.draw(st.integers(2, before.entries))
    try:
        undone = made.add(OPENED.reference, Deed(Undone(entry=target)))
    except BadJournal:
        return
    again = made.add(OPENED.reference, Deed(Undone(entry=undone.entries)))
    as_before = replace(again, entries=before.entries, head=before.head, undone=before.undone)
    assert replace(as_before, written_utc=before.written_utc) == before
    assert again.undone == before.undone | {undone.entries}


def test_every_act_reads_back_as_it_was_written() -> None:
    for deed in [Deed(OPENED), *deeds()]:
        content = json.loads(canonical(content_of(deed.act)))
        assert act_of(deed.act.action, content) == deed.act


def test_every_single_bit_of_a_journal_counts() -> None:
    """Some 40,000 flips; each is seen in its own line or by the entries beside it, without a kept head."""
    lines = _lines()
    for place, line in enumerate(lines):
        before = _digest(lines[place - 1]) if place else None
        after = parse_line(lines[place + 1])[0].previous if place + 1 < len(lines) else None
        for at in range(len(line)):
            for bit in range(8):
                flipped = bytearray(line)
                flipped[at] ^= 1 << bit
                assert _is_seen(bytes(flipped), before, after), (place, at, bit)


def _digest(line: bytes) -> str:
    return parse_line(line)[1]


def _is_seen(line: bytes, before: str | None, after: str | None) -> bool:
    """Whether a line fails by itself or against its neighbours, which are as they were."""
    try:
        entry, stated = parse_line(line)
    except BadJournal:
        return True
    wanted = first_previous(entry.case) if before is None else before
    return (
        len(split_lines(line)) != 1
        or not entry.digest() == stated == (after or stated)
        or entry.previous != wanted
    )


@given(st.data())
def test_a_flipped_bit_a_gap_a_swap_and_a_cut_are_found_in_the_whole_journal(data: st.DataObject) -> None:
    lines = list(_lines())
    head = Head(len(lines), _digest(lines[-1]))
    assert verify_journal(lines, head).intact
    kind = data.draw(st.sampled_from(["flip", "drop", "swap", "double", "cut", "byte gone", "byte more"]))
    place = data.draw(st.integers(0, len(lines) - 1))
    whole = b"".join(lines)
    at = data.draw(st.integers(0, len(whole) - 1))
    if kind == "flip":
        flipped = bytearray(whole)
        flipped[at] ^= 1 << data.draw(st.integers(0, 7))
        changed = split_lines(bytes(flipped))
    elif kind == "byte gone":
        changed = split_lines(whole[:at] + whole[at + 1 :])
    elif kind == "byte more":
        changed = split_lines(whole[:at] + data.draw(st.binary(min_size=1, max_size=2)) + whole[at:])
    elif kind == "swap":
        other = data.draw(st.integers(0, len(lines) - 1).filter(lambda one: one != place))
        changed = list(lines)
        changed[place], changed[other] = changed[other], changed[place]
    elif kind == "double":
        changed = [*lines[:place], lines[place], *lines[place:]]
    elif kind == "cut":
        changed = lines[:place]
    else:
        changed = [*lines[:place], *lines[place + 1 :]]
    found = verify_journal(changed, head)
    assert not found.intact
    if kind in {"swap", "double"} or (kind == "drop" and place < len(lines) - 1):
        assert Fault.OUT_OF_PLACE in {one.fault for one in found.faults}
    if kind == "cut" and place:
        assert {one.fault for one in found.faults} == {Fault.CUT}, "the chain alone does not show it"
        assert verify_journal(changed).intact


def test_a_journal_written_anew_from_an_entry_on_is_shown_by_a_kept_head() -> None:
    honest = _lines()
    head = Head(len(honest), _digest(honest[-1]))
    entries = [parse_line(line)[0] for line in honest]
    forged, previous = list(entries[:3]), entries[2].digest()
    for entry in entries[3:]:
        content = {**entry.content, "note": "of ours"} if entry.seq == 6 else entry.content
        forged.append(replace(entry, content=content, previous=previous))
        previous = forged[-1].digest()
    lines = [entry.line() for entry in forged]
    assert verify_journal(lines).intact
    (fault,) = verify_journal(lines, head).faults
    assert (fault.place, fault.fault) == (len(honest), Fault.REWRITTEN)


def test_a_kept_head_of_the_middle_still_holds_when_the_journal_went_on() -> None:
    lines = _lines()
    for place in range(len(lines)):
        assert verify_journal(lines, Head(place + 1, _digest(lines[place]))).intact


def test_an_entry_of_another_case_is_found_even_where_it_is_chained_well() -> None:
    lines = list(_lines())
    entry = parse_line(lines[1])[0]
    other = replace(entry, case="0" * 32)
    found = verify_journal([lines[0], other.line()])
    assert {one.fault for one in found.faults} == {Fault.OTHER_CASE}


@given(st.binary(max_size=300))
def test_any_bytes_are_checked_without_a_failure_of_the_check(data: bytes) -> None:
    assert not verify_journal(split_lines(data)).intact
    assert b"".join(split_lines(data)) == data


@given(st.sampled_from(sorted(ACTIONS)), st.data())
def test_any_content_is_an_act_or_one_clear_error(action: str, data: st.DataObject) -> None:
    """Each field right or anything at all; what is read is written again as it was."""
    right = {type(deed.act): content_of(deed.act) for deed in [Deed(OPENED), *deeds(), DRAWN]}
    content = {
        name: data.draw(st.just(value) | values) for name, value in right[ACTIONS[action]].items()
    } | data.draw(st.just({}) | st.dictionaries(st.sampled_from(["more", "who"]), values, max_size=1))
    try:
        act = act_of(action, content)
    except BadJournal:
        return
    assert content_of(act) == content
    journal = filled().journal(OPENED.reference)
    entry = replace(
        journal.entries[-1], action=action, content=content, seq=16, previous=journal.case.head.digest
    )
    with contextlib.suppress(BadJournal):
        assert fold([*journal.entries, entry]).entries == 16
        return
    with pytest.raises(BadJournal, match=r"^entry 16: "):
        fold([*journal.entries, entry])
