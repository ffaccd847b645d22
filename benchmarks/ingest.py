"""Ingest beside a peer, on the same blocks in the same run. This is what `make bench` runs.

    python benchmarks/ingest.py [--size 512] [--repeat 3] [--work DIR] [--json FILE] [--smoke]

Cointrail reads the whole chain, end to end into a store, as a fresh process: order by work, proof of
work, merkle roots, witness commitments, every input resolved and compared with the undo data, scripts
numbered, indices written and synced. blockchain-parser walks blocks in the order of the files and is
asked for txid, value, script type and address of every output; it resolves and stores nothing. As it
is slow, it gets a slice of the same blocks, and since it does not know the XOR key, a plain copy.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from chain import ChainInfo, cached_chain
from cointrail.chain.network import get_network
from cointrail.kernel.records import free_in_place
from cointrail.sources.block_files import find_files, read_key, read_only_map, scan_file
from measure import MB, Measured, Run, machine, measure, run_program

SEED = 1
WARM_UP_MB = 2
HERE = Path(__file__).parent


def main() -> None:
    """Measure and print."""
    args = _arguments()
    if importlib.util.find_spec("blockchain_parser") is None:
        sys.exit("blockchain-parser is not installed: run `make bench`, which installs it")
    if args.work:
        _measure_in(args.work, args)
    else:
        with tempfile.TemporaryDirectory(prefix="cointrail-bench-") as folder:
            _measure_in(Path(folder), args)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=512, help="MB of blocks (default 512)")
    parser.add_argument("--peer-size", type=int, default=32, help="MB of them for the peer (default 32)")
    parser.add_argument("--repeat", type=int, default=3, help="runs; the median counts (default 3)")
    parser.add_argument("--work", type=Path, help="keep the chain here for the next time")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--smoke", action="store_true", help="a small chain, once: does it run at all?")
    args = parser.parse_args()
    if args.smoke:
        args.size, args.peer_size, args.repeat = 6, 1, 1
    return args


def _measure_in(work: Path, args: argparse.Namespace) -> None:
    work.mkdir(parents=True, exist_ok=True)
    _say(f"making {args.size} MB of blocks")
    blocks = work / f"blocks-{args.size}"
    chain = cached_chain(blocks, args.size * MB, SEED)
    plain = work / "plain"
    where = _plain_slice(blocks, plain, args.peer_size * MB)
    about = machine()
    warm = _warm_up(work)
    ours = _measure_ours(blocks, chain, work / "store", args.repeat)
    peers = [_measure_peer(plain, args.repeat, with_address=flag) for flag in (True, False)]
    shutil.rmtree(work / "store")
    ratios = [ours.mb_per_second / peer.mb_per_second for peer in peers]
    result = {
        "machine": about,
        "chain": vars(chain) | {"xor": True},
        "peer_slice": where,
        "first_ingest_seconds": round(warm.seconds, 1),
        "store_digest": ours.runs[0].answer["store_digest"],
        "programs": [one.row for one in (ours, *peers)],
        "ratio": round(ratios[0], 1),
        "ratio_without_address": round(ratios[1], 1),
    }
    _print(result)
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _ingest_command(blocks: Path, store: Path) -> list[str]:
    command = [sys.executable, "-m", "cointrail.cli.main", "ingest", "--format", "json"]
    return [*command, "--blocks", str(blocks), "--store", str(store)]


def _warm_up(work: Path) -> Run:
    """A small ingest, so that the kernels are compiled; that takes half a minute where they are not."""
    _say("warming up: compiling kernels where they are not yet")
    small, store = work / "blocks-warm", work / "store"
    cached_chain(small, WARM_UP_MB * MB, SEED)
    shutil.rmtree(store, ignore_errors=True)
    return run_program(_ingest_command(small, store))


def _measure_ours(blocks: Path, chain: ChainInfo, store: Path, repeat: int) -> Measured:
    _say("cointrail ingest")
    return measure(
        "cointrail ingest, whole process",
        _ingest_command(blocks, store),
        chain.block_bytes,
        repeat,
        fresh=store,
    )


def _measure_peer(plain: Path, repeat: int, *, with_address: bool) -> Measured:
    _say("blockchain-parser" + ("" if with_address else ", without addresses"))
    command = [sys.executable, str(HERE / "peer.py"), str(plain)]
    what = "txid, value, type, address" if with_address else "txid, value, type"
    if not with_address:
        command.append("--no-address")
    size = sum(path.stat().st_size for path in plain.iterdir())
    return measure(f"blockchain-parser: {what}", command, size, repeat)


def _plain_slice(blocks: Path, plain: Path, size: int) -> str:
    """Copy some blocks from the middle of the chain without their XOR. Returns which."""
    files = find_files(blocks, "blk")
    number = sorted(files)[len(files) // 2]
    key = read_key(blocks)
    scan = scan_file(files[number], key, get_network("regtest"), 0)
    ends = scan.starts + scan.sizes
    first = int((ends <= max(0, ends[-1] - size)).sum())
    begin, end = int(scan.starts[first]) - 8, int(ends[-1])
    data = read_only_map(files[number])[begin:end].copy()
    one = np.array([[0], [len(data)], [begin]])
    free_in_place(data, one[0], one[1], one[2], key)
    shutil.rmtree(plain, ignore_errors=True)
    plain.mkdir()
    (plain / "blk00000.dat").write_bytes(data.tobytes())
    return f"the last {len(scan.starts) - first} blocks of {files[number].name}, {len(data) / MB:.1f} MB"


def _print(result: dict[str, Any]) -> None:
    about, chain = result["machine"], result["chain"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    print(f"machine   {about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}")
    print(f"          load {about['load_before']} before; files in the page cache")
    print(f"hashing   {about['sha256d_mb_per_second']} MB/s double SHA-256 on one core ({about['sha256']})")
    print(f"versions  {versions}")
    print(
        f"chain     {chain['block_bytes'] / MB:.0f} MB, {chain['blocks']:,} blocks, {chain['txs']:,} "
        f"transactions, seed {chain['seed']}, XOR key on"
    )
    print(f"peer gets {result['peer_slice']}, XOR removed")
    print()
    print(f"{'':45}{'MB':>7}{'seconds':>9}{'MB/s':>8}{'tx/s':>11}{'CPU s':>8}{'peak MB':>9}")
    for row in result["programs"]:
        print(
            f"{row['program']:45}{row['block_mb']:7.0f}{row['seconds']:9.2f}{row['mb_per_second']:8.1f}"
            f"{row['tx_per_second']:11,}{row['cpu_seconds']:8.2f}{row['peak_mb']:9}"
        )
    print()
    print(f"ratio of MB/s: {result['ratio']:.0f}x, without addresses {result['ratio_without_address']:.0f}x")


if __name__ == "__main__":
    main()
