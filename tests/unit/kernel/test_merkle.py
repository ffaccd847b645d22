from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from cointrail.chain.merkle import merkle_tree
from cointrail.kernel.merkle import merkle_root_into
from support.hashing import WAYS, hashing


@pytest.fixture(autouse=True, params=WAYS)
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    with hashing(request.param):
        yield


def _hashes(count: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(count).integers(0, 256, (count, 32), dtype=np.uint8)


def _rooted(hashes: npt.NDArray[np.uint8], count: int) -> tuple[bytes, bool]:
    out = np.full(32, 255, dtype=np.uint8)
    mutated = merkle_root_into(hashes.copy(), count, out)
    return out.tobytes(), mutated


@pytest.mark.parametrize("count", [*range(20), 31, 32, 33, 63, 64, 65, 200])
def test_the_root_is_that_of_the_plain_tree(count: int) -> None:
    hashes = _hashes(count)
    tree = merkle_tree([row.tobytes() for row in hashes])
    assert _rooted(hashes, count) == (tree.root, False)


def test_a_doubled_tail_has_the_same_root_and_is_called_mutated() -> None:
    hashes = _hashes(6)
    doubled = np.concatenate([hashes, hashes[4:]])
    assert _rooted(hashes, 6) == (_rooted(doubled, 8)[0], False)
    assert _rooted(doubled, 8)[1]


def test_equal_neighbours_that_are_not_siblings_are_no_mutation() -> None:
    hashes = _hashes(6)
    hashes[2] = hashes[1]
    assert not _rooted(hashes, 6)[1]


def test_rows_beyond_the_count_do_not_matter() -> None:
    hashes = _hashes(9)
    assert _rooted(hashes, 5) == _rooted(hashes[:5], 5)


def test_a_flat_array_gives_the_same_root() -> None:
    hashes = _hashes(7)
    assert _rooted(hashes.reshape(-1), 7) == _rooted(hashes, 7)


@pytest.mark.parametrize(("rows", "count", "root"), [(3, 4, 32), (3, -1, 32), (3, 3, 31)])
def test_arrays_too_small_are_refused(rows: int, count: int, root: int) -> None:
    with pytest.raises(IndexError, match="do not fit"):
        merkle_root_into(np.zeros((rows, 32), np.uint8), count, np.zeros(root, np.uint8))
