from __future__ import annotations

import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.store import ingest as ingest_module
from cointrail.store import rewind as rewind_module
from cointrail.store.manifest import NAME, Manifest, read_manifest
from cointrail.store.manifest import write_manifest as commit
from support.power import PowerCut, Survival, powered
from support.store_files import content, differences, said, scratch
from support.store_scenes import SCENES, run_steps, write_scene_blocks

State = tuple[dict[str, object], dict[str, bytes]] | None
"""What readers see and the bytes under it; None where there is no chain."""

survivals = st.builds(
    Survival,
    seed=st.integers(0, 2**16),
    data=st.sampled_from([0, 0.5, 0.9, 1]),
    names=st.sampled_from([0, 0.5, 0.9, 1]),
    in_order=st.booleans(),
    torn=st.booleans(),
    first=st.sampled_from([None, NAME]),
)


def _state(store: Path) -> State:
    manifest = read_manifest(store) if store.is_dir() else None
    return said(store) if manifest and manifest.height >= 0 else None


@cache
def _clean(scene: str) -> tuple[dict[str, bytes], int, list[State]]:
    """The store that an undisturbed run leaves, its operations, and every state that it commits."""
    before, steps = SCENES[scene]
    with scratch() as folder, pytest.MonkeyPatch.context() as patch:
        write_scene_blocks(folder)
        disk = folder / "disk"
        disk.mkdir()
        run_steps(before, disk / "store", folder)
        states = [_state(disk / "store")]

        def noted(store: Path, manifest: Manifest) -> None:
            commit(store, manifest)
            states.append(_state(store))

        patch.setattr(ingest_module, "write_manifest", noted)
        patch.setattr(rewind_module, "write_manifest", noted)
        with powered(disk) as power:
            run_steps(steps, disk / "store", folder)
        return content(disk / "store"), power.done, states


@pytest.mark.parametrize("scene", SCENES)
@given(st.lists(st.tuples(st.floats(0, 1), survivals), min_size=1, max_size=2))
@settings(max_examples=15)
def test_after_a_power_cut_readers_see_a_commit_and_the_next_run_ends_in_the_bytes_of_a_clean_one(
    scene: str, cuts: list[tuple[float, Survival]]
) -> None:
    before, steps = SCENES[scene]
    wanted, operations, states = _clean(scene)
    with scratch() as folder:
        write_scene_blocks(folder)
        disk = folder / "disk"
        disk.mkdir()
        run_steps(before, disk / "store", folder)
        for number, (place, how) in enumerate(cuts):
            with powered(disk, 1 + int(place * operations)) as power, suppress(PowerCut):
                run_steps(steps, disk / "store", folder)
            disk = folder / f"disk{number}"
            power.cut().write(disk, how)
            assert _state(disk / "store") in states
        run_steps(steps, disk / "store", folder)
        marks = {"settled outputs.spent_by"} if scene == "a deep reorganisation" else set()
        assert set(differences(content(disk / "store"), wanted)) <= marks
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
            assert _state(after / "store") == state


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
        assert _state(folder / "afterwards" / "store") == _state(disk / "store")
