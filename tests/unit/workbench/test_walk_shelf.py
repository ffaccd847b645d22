from __future__ import annotations

from dataclasses import dataclass

from cointrail.workbench.walk_shelf import WalkShelf


@dataclass
class Sized:
    nbytes: int
    desk: object = None


def _any(walk: Sized) -> bool:
    return walk.nbytes > 0


def test_a_walk_is_had_by_one_at_a_time() -> None:
    shelf: WalkShelf[str, Sized] = WalkShelf()
    walk = Sized(1)
    shelf.put("a", walk)
    assert shelf.take("a", _any) is walk
    assert shelf.take("a", _any) is None
    shelf.put("a", walk)
    assert shelf.take("a", _any) is walk


def test_the_walk_that_was_asked_about_longest_ago_makes_room() -> None:
    shelf: WalkShelf[str, Sized] = WalkShelf(most_walks=2)
    for name in "abc":
        shelf.put(name, Sized(1))
    assert len(shelf) == 2
    assert shelf.take("a", _any) is None
    assert shelf.take("b", _any) is not None


def test_walks_are_bounded_by_their_memory_and_one_too_large_turns_nothing_out() -> None:
    shelf: WalkShelf[str, Sized] = WalkShelf(most_bytes=10)
    shelf.put("a", Sized(4))
    shelf.put("b", Sized(4))
    shelf.put("large", Sized(11))
    assert len(shelf) == 2
    shelf.put("c", Sized(6))
    assert len(shelf) == 2
    assert shelf.take("a", _any) is None
    shelf.clear()
    assert shelf.take("c", _any) is None


def test_a_walk_that_grew_is_counted_as_it_is_put_back() -> None:
    shelf: WalkShelf[str, Sized] = WalkShelf(most_bytes=10)
    walk = Sized(4)
    shelf.put("a", walk)
    shelf.put("b", Sized(4))
    walk.nbytes = 8
    shelf.put("a", walk)
    assert shelf.take("b", _any) is None


def test_a_walk_that_cannot_go_on_to_what_is_asked_is_let_go() -> None:
    shelf: WalkShelf[str, Sized] = WalkShelf()
    shelf.put("a", Sized(5))
    assert shelf.take("a", lambda walk: walk.nbytes < 5) is None
    assert len(shelf) == 0


def test_a_bench_that_opens_its_store_each_time_keeps_none() -> None:
    shelf: WalkShelf[str, Sized] = WalkShelf(most_walks=0)
    shelf.put("a", Sized(1))
    assert len(shelf) == 0


def test_a_walk_over_a_state_that_was_left_is_not_put_back() -> None:
    shelf: WalkShelf[str, Sized] = WalkShelf()
    old, new = Sized(1, desk="old"), Sized(1, desk="new")
    shelf.turn_to("old")
    shelf.put("a", old)
    running = shelf.take("a", _any)
    assert running is old
    shelf.turn_to("new")
    shelf.put("a", running)
    assert shelf.take("a", _any) is None
    shelf.put("a", new)
    assert shelf.take("a", _any) is new
