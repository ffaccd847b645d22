"""Load what first answers would wait for: the compiled kernels of traces, transactions and clusters."""

from __future__ import annotations

import gc
import logging
from threading import Thread
from time import sleep

from cointrail.errors import CointrailError
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.policy import Policy
from cointrail.workbench import OpenBench

WAIT_S = 1.0
"""Seconds that the first page has before this begins."""
_FEW = Bounds(max_hops=3, max_outputs=100)
_LATEST = 2_000
"""Transactions of the newest block of which the last is asked about: most blocks have no more."""

_LOG = logging.getLogger("cointrail.api")


def warm(bench: OpenBench) -> Thread:
    """Begin to load, beside everything else."""
    thread = Thread(target=_load, args=(bench, WAIT_S), name="warm", daemon=True)
    thread.start()
    return thread


def _load(bench: OpenBench, wait: float) -> None:
    sleep(wait)
    try:
        load_kernels(bench)
    except CointrailError as error:
        _LOG.info("not warmed: %s", error)
    # What is there by now stays: the collector need not go through it in the middle of an answer again.
    gc.collect()
    gc.freeze()


def load_kernels(bench: OpenBench) -> None:
    """Ask the store what pages ask it, of a late transaction of the newest block."""
    block = bench.show_block(str(bench.status().tip.height), limit=_LATEST)
    line = block.listed[-1]
    bench.analyse_tx(str(line.txid))
    shown = bench.show_tx(str(line.txid))
    named = next((out.address for out in shown.outputs if out.address), None)
    if named is not None:
        bench.show_address(named, limit=1)
        bench.show_cluster(named, limit=1)
        bench.cluster_tiers(named, limit=1)
    for forward in (True, False):
        bench.trace([f"{line.txid}:0"], forward=forward, policies=tuple(Policy), bounds=_FEW, limit=1)
