"""What blockchain-parser is asked to do: read blk files and look at every transaction and output.

    python benchmarks/peers/parser_walk.py DIR [--without-text]

Prints what it saw as JSON, and the seconds that the walk took, by the clock and of work, without the
start of the program.
"""

from __future__ import annotations

import argparse
import json
import time

import blockchain_parser.blockchain as peer

from cointrail.chain.network import get_network


def main() -> None:
    """Walk all blocks in the order of the files, as the peer does without the node's index."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--without-text", action="store_true", help="leave out the text of addresses")
    args = parser.parse_args()
    peer.BITCOIN_CONSTANT = get_network("regtest").magic  # it knows mainnet only
    begin, core_begin = time.perf_counter(), time.process_time()
    blocks = txs = outputs = value = addresses = 0
    for block in peer.Blockchain(args.folder).get_unordered_blocks():
        blocks += 1
        for tx in block.transactions:
            txs += 1
            assert len(tx.txid) == 64
            for output in tx.outputs:
                outputs += 1
                value += output.value
                assert output.type
                if not args.without_text:
                    addresses += len([one.address for one in output.addresses])
    seconds, core_seconds = time.perf_counter() - begin, time.process_time() - core_begin
    seen = {"blocks": blocks, "txs": txs, "outputs": outputs, "value": value, "addresses": addresses}
    print(json.dumps({"seconds": [seconds], "core_seconds": [core_seconds], **seen}))


if __name__ == "__main__":
    main()
