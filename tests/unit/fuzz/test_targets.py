from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import block_reader
import script_target
import seed_sets
from batches import Batch, mutated
from cases import Case, replay
from cointrail.chain.view import ScriptType
from cointrail.kernel.decode import BAD_VALUE, OK
from mutate import MOST_BYTES, new_bench
from seeds import SeedPool, pack
from shares import SHARES
from target import Target
from targets import make_target

NAMES = sorted(SHARES)


@cache
def _pool() -> SeedPool:
    return pack(seed_sets.block_seeds())


@cache
def _target(name: str) -> Target:
    return make_target(name, 8)


def _batch(inputs: int = 300, *, seed: int = 4, number: int = 9) -> Batch:
    return mutated(_pool(), new_bench(), seed, number, inputs)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    assert _batch().data.tobytes() == _batch().data.tobytes()
    assert _batch().data.tobytes() != _batch(seed=5).data.tobytes()
    assert _batch().data.tobytes() != _batch(number=10).data.tobytes()


def test_an_input_does_not_depend_on_how_many_there_are() -> None:
    few, many = _batch(7), _batch(70)
    assert [few.raw(k) for k in range(7)] == [many.raw(k) for k in range(7)]


def test_what_is_not_touched_is_its_seed_and_the_rest_mostly_is_not() -> None:
    batch = _batch(600)
    seeds = [_pool().data[a:b].tobytes() for a, b in zip(_pool().edges, _pool().edges[1:], strict=False)]
    same = [batch.raw(k) == seeds[int(batch.origins[k])] for k in range(len(batch))]
    assert all(np.array(same)[~batch.touched])
    assert 0 < np.count_nonzero(~batch.touched) < 60
    assert np.count_nonzero(same) < 100


def test_inputs_stay_small_though_items_are_repeated_hundreds_of_times() -> None:
    batch = _batch(2000)
    assert 3000 < batch.sizes.max() <= MOST_BYTES
    assert batch.sizes.min() < 100


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_and_its_inputs_alone_get_the_same_verdict_and_no_complaint(name: str) -> None:
    target, inputs = _target(name), 12 if name == "headers" else 150
    target.make(3, inputs)
    result = target.run()
    assert result.broken == {}
    assert len(set(result.verdicts.tolist())) > 1
    for k in range(inputs):
        verdict = target.verdicts[int(result.verdicts[k])]
        assert replay(target, Case(name, target.parts(k), verdict, "")) is None


# -- a reader that is wrong is noticed


def _complaints(name: str, inputs: int = 150) -> set[str]:
    target = _target(name)
    target.make(4, inputs)
    broken = set(target.run().broken.values())
    found = (replay(target, Case(name, target.parts(k), "", "")) for k in range(inputs))
    return broken | {why for why in found if why}


def test_a_decoder_that_refuses_what_is_sound_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    true = block_reader.count

    def strict(batch: Batch) -> tuple[block_reader.I64, block_reader.I64]:
        counts, faults = true(batch)
        faults[faults[:, 0] == OK] = BAD_VALUE
        return counts, faults

    monkeypatch.setattr(block_reader, "count", strict)
    assert {
        "an unchanged block is refused",
        "the plain decoder takes it, the kernel says bad value",
    } <= _complaints("block")


def test_counts_that_promise_too_many_rows_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    true = block_reader.count

    def lavish(batch: Batch) -> tuple[block_reader.I64, block_reader.I64]:
        counts, faults = true(batch)
        return counts + 1000, faults

    monkeypatch.setattr(block_reader, "count", lavish)
    assert "more rows are announced than its bytes can hold" in _complaints("block")


def test_rows_written_beyond_the_last_one_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    true = block_reader.count

    def short(batch: Batch) -> tuple[block_reader.I64, block_reader.I64]:
        counts, faults = true(batch)
        counts[np.flatnonzero(faults[:, 0] == OK)[-1:], 2] -= 1
        return counts, faults

    monkeypatch.setattr(block_reader, "count", short)
    with pytest.raises(block_reader.LawBrokenError, match="beyond those that were announced"):
        _complaints("block")


def test_a_script_of_another_type_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script_target, "classify", lambda _: ScriptType.P2TR)
    assert any(why.startswith("defined as P2TR, the kernel says") for why in _complaints("script"))
