"""The result of a run as text."""

from __future__ import annotations

from typing import Any

from measure import GB, MB
from table import table_lines


def print_result(result: dict[str, Any]) -> None:
    """Machine, sizes, peers, table."""
    _print_head(result)
    _print_sizes(result["sizes"])
    _print_beside(result["beside"])
    whole = result["full_chain"]
    print(
        f"full chain: {whole['hours']:.1f} hours ({whole['hours_least']:.1f} to "
        f"{whole['hours_growing']:.1f}), store of {whole['store_gb']:.0f} GB, by arithmetic"
    )
    print()
    print("\n".join(table_lines(result["table"])))
    for name, why in result["not_measured"].items():
        print(f"{name}: not measured: {why}")


def _print_head(result: dict[str, Any]) -> None:
    about = result["machine"]
    print(f"machine   {about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}")
    print(f"          load {about['load_before']} before")
    print(f"hashing   {about['sha256d_mb_per_second']} MB/s double SHA-256 on one core ({about['sha256']})")
    print(f"versions  {', '.join(f'{name} {number}' for name, number in result['versions'].items())}")
    print(f"peers get {_slice_text(result['beside']['explorer_slice'])} (bitcoin-explorer),")
    print(f"          {_slice_text(result['beside']['parser_slice'])} (blockchain-parser)")
    print()


def _slice_text(said: dict[str, Any]) -> str:
    last = said["first"] + said["blocks"] - 1
    return f"blocks {said['first']} to {last}, {said['block_bytes'] / MB:.0f} MB, XOR removed"


def _print_sizes(sizes: list[dict[str, Any]]) -> None:
    print(
        f"{'GB':>7}{'blocks':>8}{'txs':>12}{'ingest s':>10}{'MB/s':>8}{'disk MB/s':>10}{'peak GB':>9}"
        f"{'store/blocks':>13}{'clusters s':>11}{'first answer s':>15}"
    )
    for one in sizes:
        chain = one["chain"]
        print(
            f"{chain['block_bytes'] / GB:7.3g}{chain['blocks']:8,}{chain['txs']:12,}"
            f"{one['ingest_seconds']['median']:10.2f}{one['ingest_rate']['median'] / MB:8.1f}"
            f"{one['cold_read_rate']['median'] / MB:10.0f}{one['ingest_peak_bytes'] / GB:9.2f}"
            f"{one['store_bytes'] / chain['block_bytes']:13.3f}{one['clusters_seconds']:11.2f}"
            f"{one['first_answer_seconds']['median']:15.2f}"
        )
    print()


def _print_beside(beside: dict[str, Any]) -> None:
    for name, one in beside.items():
        for key, unit in (("mb_per_second", "MB/s"), ("mb_per_core_second", "MB a second of one core")):
            if one and key in one:
                rate = one[key]
                ends = f"{rate['least']:,.1f} to {rate['most']:,.1f}, {rate['count']} times"
                print(f"{name:22}{rate['median']:10,.1f} {unit}   ({ends})")
    print()
