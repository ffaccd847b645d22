"""Laws of scripts and addresses."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain import script as sc
from cointrail.chain.address import decode_address, encode_address
from cointrail.chain.base58 import decode_base58, encode_base58
from cointrail.chain.bech32 import from_words, to_words
from cointrail.chain.network import NETWORKS, Network
from cointrail.chain.view import ScriptType
from cointrail.errors import BadAddress
from support.wire import multisigs, scripts, standard_scripts

networks = st.sampled_from(list(NETWORKS.values()))
ADDRESSLESS = {ScriptType.P2PK, ScriptType.MULTISIG, ScriptType.OP_RETURN, ScriptType.NONSTANDARD}


@given(scripts, networks)
def test_an_address_stands_for_its_script(script: bytes, network: Network) -> None:
    text = encode_address(script, network)
    assert (text is None) == (sc.classify(script) in ADDRESSLESS)
    if text is not None:
        assert decode_address(text, network) == script == decode_address(text, None)


@given(scripts, st.sampled_from([n for n in NETWORKS.values() if n.name != "mainnet"]))
def test_no_address_of_mainnet_passes_elsewhere(script: bytes, network: Network) -> None:
    text = encode_address(script, NETWORKS["mainnet"])
    if text is not None:
        with pytest.raises(BadAddress, match="is an address of mainnet"):
            decode_address(text, network)


@given(standard_scripts, networks, st.data())
def test_an_address_with_one_wrong_character_is_refused(
    script: bytes, network: Network, data: st.DataObject
) -> None:
    text = encode_address(script, network)
    if text is None:
        return
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(exclude_characters=text[place].lower() + text[place].upper()))
    with pytest.raises(BadAddress):
        decode_address(text[:place] + other + text[place + 1 :], None)


@given(st.text(max_size=100))
def test_any_text_is_an_address_or_refused_as_one(text: str) -> None:
    with suppress(BadAddress):
        decode_address(text, None)


@given(scripts)
def test_every_script_has_a_type_and_a_part_that_it_carries(script: bytes) -> None:
    assert sc.payload(script) in script
    assert (sc.classify(script) is ScriptType.MULTISIG) == (sc.read_multisig(script) is not None)
    if sc.classify(script) is ScriptType.OP_RETURN:
        assert sc.is_unspendable(script)


@given(multisigs())
def test_a_multisig_is_read_as_it_was_built(script: bytes) -> None:
    found = sc.read_multisig(script)
    assert found is not None
    assert sc.multisig(found.required, found.keys) == script


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_what_is_pushed_lands_on_the_stack(items: list[bytes]) -> None:
    assert sc.pushes(b"".join(map(sc.push, items))) == items


@given(st.binary(max_size=100))
def test_the_steps_of_a_script_cover_it(script: bytes) -> None:
    steps = list(sc.iter_ops(script))
    malformed = [op for op in steps if op.code == sc.MALFORMED]
    assert malformed in ([], steps[-1:])
    widths = {sc.OP_PUSHDATA1: 1, sc.OP_PUSHDATA2: 2, sc.OP_PUSHDATA4: 4}
    covered = sum(1 + widths.get(op.code, 0) + len(op.data) for op in steps if op not in malformed)
    assert covered < len(script) if malformed else covered == len(script)


@given(st.binary(max_size=60))
def test_bytes_come_back_from_base58_and_from_5_bit_groups(data: bytes) -> None:
    assert decode_base58(encode_base58(data)) == data
    assert from_words(to_words(data)) == data
