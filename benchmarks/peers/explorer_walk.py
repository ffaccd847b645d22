"""What bitcoin-explorer is asked to do: go through a chain with the output that every input spends.

    python benchmarks/peers/explorer_walk.py DATADIR

It reads the files on all cores and hands over blocks as dictionaries with value and address of every
input and output: the cheapest form that it has. They are counted and dropped.
Prints what it saw as JSON, and the seconds that the walk took, by the clock and of work, without the
start of the program.
"""

from __future__ import annotations

import argparse
import json
import time

import bitcoin_explorer


def main() -> None:
    """Walk all blocks that the index names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    args = parser.parse_args()
    begin, core_begin = time.perf_counter(), time.process_time()
    database = bitcoin_explorer.BitcoinDB(args.folder, tx_index=False)
    blocks = txs = 0
    for block in database.get_block_iter_range(database.get_block_count(), connected=True):
        blocks += 1
        txs += len(block["txdata"])
    seconds, core_seconds = time.perf_counter() - begin, time.process_time() - core_begin
    print(json.dumps({"seconds": [seconds], "core_seconds": [core_seconds], "blocks": blocks, "txs": txs}))


if __name__ == "__main__":
    main()
