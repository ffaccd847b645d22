from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain import script as sc
from cointrail.chain.address import encode_address
from cointrail.chain.network import NETWORKS, Network, get_network
from cointrail.chain.view import ScriptType
from cointrail.kernel.address_text import AddressForm, ScriptSlices, address_text_room, write_address_text
from cointrail.kernel.scripts import classify_script
from support.hashing import WAYS, hashing
from support.wire import scripts

networks = st.sampled_from(list(NETWORKS.values()))
leading_zeros = st.builds(
    lambda zeros, rest: (bytes(zeros) + rest)[:20],
    st.integers(0, 20),
    st.binary(min_size=20, max_size=20),
)
hashes = st.one_of(leading_zeros, st.just(b"\xff" * 20))


def _slices(raws: list[bytes], gap: int = 0) -> ScriptSlices:
    data = np.frombuffer(b"".join(raw + b"?" * gap for raw in raws) or b"?", np.uint8)
    lengths = np.array([len(raw) for raw in raws], np.int64)
    starts = np.cumsum(lengths + gap) - lengths - gap
    types = [classify_script(data, start, size) for start, size in zip(starts, lengths, strict=True)]
    return ScriptSlices(data, starts, lengths, np.array(types, np.uint8))


def _empty(slices: ScriptSlices, form: AddressForm) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    room = address_text_room(slices, form)
    return np.full(room, ord("?"), np.uint8), np.full(len(slices.starts) + 1, -1, np.int64)


def _written(slices: ScriptSlices, network: Network) -> list[str]:
    form = AddressForm.of(network)
    text, ends = _empty(slices, form)
    write_address_text(slices, form, text, ends)
    assert ends[0] == 0
    return [text[a:b].tobytes().decode() for a, b in pairwise(ends)]


@pytest.mark.parametrize("way", WAYS)
@given(raws=st.lists(scripts, max_size=150), network=networks, gap=st.integers(0, 2))
def test_many_scripts_have_the_addresses_that_each_has_alone(
    way: str, raws: list[bytes], network: Network, gap: int
) -> None:
    with hashing(way):
        found = _written(_slices(raws, gap), network)
    assert found == [encode_address(raw, network) or "" for raw in raws]


@given(hashes, networks)
def test_leading_zeros_of_a_hash_are_written_as_alone(digest: bytes, network: Network) -> None:
    raws = [sc.p2pkh(digest), sc.p2sh(digest), sc.p2wpkh(digest)]
    assert _written(_slices(raws), network) == [encode_address(raw, network) for raw in raws]


@given(st.integers(1, 16), st.integers(2, 40), st.data(), networks)
def test_a_program_of_every_version_and_length_has_its_address(
    version: int, size: int, data: st.DataObject, network: Network
) -> None:
    raw = sc.witness_program(version, data.draw(st.binary(min_size=size, max_size=size)))
    assert _written(_slices([raw]), network) == [encode_address(raw, network)]


@given(st.lists(scripts, min_size=1, max_size=70), networks)
def test_no_address_takes_more_room_than_announced_and_too_little_room_is_refused(
    raws: list[bytes], network: Network
) -> None:
    slices, form = _slices(raws), AddressForm.of(network)
    text, ends = _empty(slices, form)
    write_address_text(slices, form, text, ends)
    assert (text[ends[-1] :] == ord("?")).all()
    if ends[-1]:
        with pytest.raises(IndexError, match="leave their array"):
            write_address_text(slices, form, text[: ends[-1] - 1].copy(), ends)


@pytest.mark.parametrize(
    ("start", "length", "kind", "why"),
    [
        (1, 25, ScriptType.P2PKH, "leaves its array"),
        (-1, 25, ScriptType.P2PKH, "leaves its array"),
        (0, -1, ScriptType.OP_RETURN, "leaves its array"),
        (0, 24, ScriptType.P2PKH, "not of its type"),
        (0, 25, ScriptType.P2SH, "not of its type"),
        (0, 3, ScriptType.P2TR, "not of its type"),
        (0, 25, len(ScriptType), "no such script type"),
        (0, 25, 255, "no such script type"),
    ],
)
def test_a_script_that_is_not_what_its_row_says_is_refused(
    start: int, length: int, kind: int, why: str
) -> None:
    place, size = (np.array([number], np.int64) for number in (start, length))
    raw = np.frombuffer(sc.p2pkh(bytes(20)), np.uint8)
    slices = ScriptSlices(raw, place, size, np.array([kind], np.uint8))
    form = AddressForm.of(get_network("mainnet"))
    with pytest.raises(IndexError, match=why):
        address_text_room(slices, form)
    with pytest.raises(IndexError, match=why):
        write_address_text(slices, form, np.empty(99, np.uint8), np.empty(2, np.int64))


def test_columns_that_do_not_belong_together_are_refused() -> None:
    good, form = _slices([sc.p2pkh(bytes(20))] * 2), AddressForm.of(get_network("mainnet"))
    with pytest.raises(IndexError, match="belong together"):
        address_text_room(good._replace(types=good.types[:1].copy()), form)
    with pytest.raises(IndexError, match="n \\+ 1"):
        write_address_text(good, form, np.empty(99, np.uint8), np.empty(2, np.int64))
