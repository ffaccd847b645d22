from __future__ import annotations

import errno
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.errors import StoreError, StoreUnwritable
from support.io_errors import FREEING, READING, failing
from support.store_files import content, differences, scratch
from support.store_scenes import SCENES, State, Step, run_steps, state_of, states_of, write_scene_blocks

NUMBERS = (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@cache
def _clean(scene: str) -> tuple[dict[str, bytes], list[str], list[State]]:
    """The store that an undisturbed run leaves, its operations, and every state that it commits."""
    before, steps = SCENES[scene]
    with scratch() as folder:
        write_scene_blocks(folder)
        run_steps(before, folder / "store", folder)
        run_steps(before, folder / "again", folder)
        with states_of(folder / "store") as states:
            run_steps(steps, folder / "store", folder)
        with failing(folder / "again") as faults:
            run_steps(steps, folder / "again", folder)
        return content(folder / "store"), faults.done, states


def _held() -> tuple[list[str], int]:
    """Files below the scratch folders that are open for writing, and how many threads there are."""
    found = []
    for place in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            flags = int((Path("/proc/self/fdinfo") / place.name).read_text().split("flags:")[1].split()[0], 8)
            if flags & os.O_ACCMODE and "cointrail-test-" in str(place.readlink()):
                found.append(str(place.readlink()))
    return sorted(found), threading.active_count()


@pytest.mark.parametrize("scene", SCENES)
@given(st.floats(0, 1), st.sampled_from(NUMBERS), st.tuples(st.booleans(), st.booleans()))
@settings(max_examples=25)
def test_an_error_of_the_disk_is_told_once_and_the_next_run_goes_on(
    scene: str, place: float, number: int, how: tuple[bool, bool]
) -> None:
    before, steps = SCENES[scene]
    wanted, done, states = _clean(scene)
    with scratch() as folder:
        write_scene_blocks(folder)
        store = folder / "store"
        run_steps(before, store, folder)
        held = _held()
        at = 1 + int(place * (len(done) - 1))
        with failing(store, at, number, lasting=how[0], torn=how[1]) as faults:
            error = _told(steps, store, folder)
        assert _held() == held
        assert state_of(store) in states
        if error is None:
            assert faults.failed in {*FREEING, "mkdir"} or len(faults.done) < at, (
                "and what was to be removed or made can wait, or threads needed one operation less"
            )
            assert state_of(store) == states[-1]
        else:
            assert os.strerror(number) in str(error)
            assert isinstance(error, StoreUnwritable) or faults.failed in READING
        run_steps(steps, store, folder)
        assert differences(content(store), wanted) == []
        assert not list(store.rglob("*.new"))


def _told(steps: Sequence[Step], store: Path, folder: Path) -> StoreError | None:
    """What the steps end in."""
    try:
        run_steps(steps, store, folder)
    except StoreError as error:
        return error
    return None


@pytest.mark.parametrize("scene", SCENES)
def test_the_operations_that_fail_are_of_every_kind(scene: str) -> None:
    done = set(_clean(scene)[1])
    assert done >= {"pwrite", "fsync", "open", "read", "mkdir", "replace", "unlink"}
