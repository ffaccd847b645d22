from __future__ import annotations

import shutil
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.errors import StoreUnwritable
from cointrail.store.manifest import NAME
from support.disk_images import Survival
from support.power import Power, PowerCut, powered
from support.store_files import content, differences, scratch
from support.store_scenes import SCENES, State, run_steps, state_of, states_of, write_scene_blocks

survivals = st.builds(
    Survival,
    seed=st.integers(0, 2**16),
    data=st.sampled_from([0, 0.5, 0.9, 1]),
    names=st.sampled_from([0, 0.5, 0.9, 1]),
    in_order=st.booleans(),
    torn=st.booleans(),
    first=st.sampled_from([None, NAME]),
)


@cache
def _clean(scene: str) -> tuple[dict[str, bytes], Power, list[State]]:
    """The store that an undisturbed run leaves, what it did, and every state that it commits."""
    before, steps = SCENES[scene]
    with scratch() as folder:
        write_scene_blocks(folder)
        disk = folder / "disk"
        disk.mkdir()
        run_steps(before, disk / "store", folder)
        with states_of(disk / "store") as states, powered(disk) as power:
            run_steps(steps, disk / "store", folder)
        return content(disk / "store"), power, states


@pytest.mark.parametrize("scene", SCENES)
@given(st.lists(st.tuples(st.floats(0, 1), survivals), min_size=1, max_size=2))
@settings(max_examples=15)
def test_after_a_power_cut_readers_see_a_commit_and_the_next_run_ends_in_the_bytes_of_a_clean_one(
    scene: str, cuts: list[tuple[float, Survival]]
) -> None:
    before, steps = SCENES[scene]
    wanted, clean, states = _clean(scene)
    with scratch() as folder:
        write_scene_blocks(folder)
        disk = folder / "disk"
        disk.mkdir()
        run_steps(before, disk / "store", folder)
        for number, (place, how) in enumerate(cuts):
            with powered(disk, 1 + int(place * clean.done)) as power, suppress(PowerCut):
                run_steps(steps, disk / "store", folder)
            disk = folder / f"disk{number}"
            power.cut().write(disk, how)
            assert state_of(disk / "store") in states
        run_steps(steps, disk / "store", folder)
        assert differences(content(disk / "store"), wanted) == []
        assert not list(disk.rglob("*.new"))


@pytest.mark.parametrize("scene", SCENES)
def test_where_a_manifest_survives_all_that_it_names_does(scene: str) -> None:
    """The power goes right after each commit; of what was not synced only the manifest's name survives."""
    before, steps = SCENES[scene]
    _, _, states = _clean(scene)
    with scratch() as folder:
        write_scene_blocks(folder)
        (folder / "disk").mkdir()
        run_steps(before, folder / "disk" / "store", folder)
        with powered(shutil.copytree(folder / "disk", folder / "run")) as power:
            run_steps(steps, folder / "run" / "store", folder)
        commits = [number for number, name in power.renamed.items() if name == NAME]
        assert len(commits) == len(states) - 1
        for number, state in zip(commits, states[1:], strict=True):
            disk = shutil.copytree(folder / "disk", folder / f"disk{number}")
            with powered(disk, number + 1) as power, pytest.raises(PowerCut):
                run_steps(steps, disk / "store", folder)
            after = folder / f"after{number}"
            power.cut().write(after, Survival(0, data=0, names=0, first=NAME))
            assert state_of(after / "store") == state


@pytest.mark.parametrize("scene", SCENES)
def test_what_a_run_has_reported_survives_a_power_cut_right_after(scene: str) -> None:
    before, steps = SCENES[scene]
    with scratch() as folder:
        write_scene_blocks(folder)
        disk = folder / "disk"
        disk.mkdir()
        run_steps(before, disk / "store", folder)
        with powered(disk) as power:
            run_steps(steps, disk / "store", folder)
        power.cut().write(folder / "afterwards", Survival(0, data=0, names=0))
        assert state_of(folder / "afterwards" / "store") == state_of(disk / "store")


@pytest.mark.parametrize("scene", SCENES)
@given(st.floats(0, 1))
@settings(max_examples=10)
def test_what_a_failed_sync_gave_up_is_written_again(scene: str, place: float) -> None:
    """Pages that could not be written count as clean afterwards: to sync them again saves nothing."""
    before, steps = SCENES[scene]
    _, clean, states = _clean(scene)
    with scratch() as folder:
        write_scene_blocks(folder)
        disk = folder / "disk"
        disk.mkdir()
        run_steps(before, disk / "store", folder)
        with powered(disk, lost_sync=1 + int(place * (clean.syncs - 1))) as power:
            with pytest.raises(StoreUnwritable, match="Input/output error"):
                run_steps(steps, disk / "store", folder)
            run_steps(steps, disk / "store", folder)
        power.cut().write(folder / "afterwards", Survival(0, data=0, names=0))
        assert state_of(folder / "afterwards" / "store") == states[-1]


@pytest.mark.parametrize("scene", SCENES)
@given(st.floats(0, 1), st.integers(1, 80), survivals)
@settings(max_examples=15)
def test_a_commit_that_a_kill_left_unsynced_is_safe_before_the_next_run_removes_what_was_before(
    scene: str, which: float, more: int, how: Survival
) -> None:
    before, steps = SCENES[scene]
    wanted, clean, states = _clean(scene)
    with scratch() as folder:
        write_scene_blocks(folder)
        disk = folder / "disk"
        disk.mkdir()
        run_steps(before, disk / "store", folder)
        with powered(disk) as power:
            commits = [number for number, name in clean.renamed.items() if name == NAME]
            power.kill_at = commits[int(which * (len(commits) - 1))] + 1
            with pytest.raises(PowerCut):
                run_steps(steps, disk / "store", folder)
            power.revive()
            power.at = power.done + more
            with suppress(PowerCut):
                run_steps(steps, disk / "store", folder)
        after = folder / "after"
        power.cut().write(after, how)
        assert state_of(after / "store") in states
        run_steps(steps, after / "store", folder)
        assert differences(content(after / "store"), wanted) == []
