from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.store.runs import LEAST_SPREAD, sort_pairs


def _sorted(keys: list[int], dtype: str) -> list[tuple[int, int]]:
    numbers = np.arange(len(keys), dtype=np.uint32)
    done = sort_pairs(np.array(keys, dtype), numbers)
    return list(zip(*(column.tolist() for column in done), strict=True))


@given(st.lists(st.integers(0, 2**32 - 1)) | st.lists(st.integers(0, 5)))
def test_pairs_are_sorted_by_key_and_equal_keys_keep_their_order(keys: list[int]) -> None:
    wanted = sorted(zip(keys, range(len(keys)), strict=True))
    assert _sorted(keys, "<u4") == wanted
    assert _sorted(keys, "<u8") == wanted


@pytest.mark.parametrize("alike", [1, 3, 49, 500])
@pytest.mark.parametrize("same_bits", [0, 13, 40, 64])
def test_many_hashes_are_sorted_however_alike_they_are(alike: int, same_bits: int) -> None:
    rng = np.random.default_rng(alike + same_bits)
    keys = rng.integers(0, 2**64, LEAST_SPREAD + 700, dtype=np.uint64)
    keys = keys >> np.uint64(same_bits) if same_bits < 64 else np.zeros_like(keys)
    keys = np.concatenate([keys, np.repeat(keys[:9], alike)])
    rng.shuffle(keys)
    listed = [int(k) for k in keys]
    assert _sorted(listed, "<u8") == sorted(zip(listed, range(len(listed)), strict=True))
