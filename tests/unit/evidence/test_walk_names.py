"""Walks name transactions shortly, and never by a name that two of them could have."""

from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.chain.types import Txid
from cointrail.evidence.standards import Fault, Reader, Tx
from cointrail.evidence.verify import Bundle
from cointrail.evidence.walks import shortened
from support.forgeries import MAINNET_GENESIS_TX

ONE, TWIN, OTHER = ("ab" * 8 + "00" * 24, "ab" * 8 + "11" * 24, "cd" * 32)


def _line(*txids: str) -> str:
    steps = ",".join(f'["{txid}",[0],1]' for txid in txids)
    return f'{{"start":"{OTHER}:0","steps":[{steps}]}}\n'


def test_a_transaction_is_named_by_sixteen_digits_and_the_start_in_full() -> None:
    (line,) = shortened([_line(OTHER, ONE)], [Txid.parse(ONE), Txid.parse(OTHER)])
    assert line == f'{{"start":"{OTHER}:0","steps":[["{OTHER[:16]}",[0],1],["{ONE[:16]}",[0],1]]}}\n'


def test_two_that_begin_alike_are_named_in_full() -> None:
    (line,) = shortened([_line(ONE, TWIN, OTHER)], map(Txid.parse, (ONE, TWIN, OTHER)))
    assert line == _line(ONE, TWIN, OTHER).replace(f'["{OTHER}"', f'["{OTHER[:16]}"')


def test_a_short_name_that_two_could_have_is_refused() -> None:
    bundle, tx = Bundle(Path()), Tx(Reader(MAINNET_GENESIS_TX))
    bundle.txs = {ONE: tx, TWIN: tx, OTHER: tx}
    assert (bundle.txid(OTHER[:16]), bundle.txid(ONE)) == (OTHER, ONE)
    with pytest.raises(Fault, match="of several"):
        bundle.txid(ONE[:16])
