"""A join without a store: what a raw transaction and the outputs it spends say of it."""

from __future__ import annotations

from cointrail.chain.decode import decode_tx
from cointrail.chain.network import Network
from cointrail.chain.prevouts import Prevouts, view_of
from cointrail.coinjoin.analysis import JoinAnalysis, JoinOptions, analyse


def analyse_raw_join(
    data: bytes, network: Network, prevouts: Prevouts, options: JoinOptions | None = None
) -> JoinAnalysis:
    """Decode a transaction and analyse it with the prevouts that are known.

    Args:
        data: wire bytes.
        network: of the addresses.
        prevouts: outputs that it may spend; without all of them amounts tell nothing.
        options: how to read amounts, and how far to count.

    Raises:
        DecodeError: not one whole transaction.
        BadInput: the options name an output that it does not have.
    """
    return analyse(view_of(decode_tx(data), prevouts), network, options, dated=False)
