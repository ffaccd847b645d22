"""Write the page on performance, with its plots, from the result of a run.

    python benchmarks/report.py [RESULT.json] [--docs DIR]

Without a result it takes the newest of `benchmarks/results`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from load_page import drawings_section, load_section
from measure import GB, HERE, MB
from plots import draw_all
from table import shortened

PAGE = "performance.md"
FOLDER = "performance"
NOTES = HERE / "notes.md"
"""Text for the page, written by people: what limits the rows that are missed, with a profile."""

HEAD = """\
# Performance, measured

One run of `make bench` on one machine. Take ratios from here, not absolute figures: another machine, another
disk or another load gives others, and `make bench` prints yours. Nothing here is promised.

Both sides of a ratio ran in turn in the same run, on the same blocks; the median counts. The chain is
invented: its blocks and undo files have Bitcoin Core's form and an XOR key, the signatures are dummies.
Ingest is one fresh process from a cold page cache to a synced store, with every input compared with the
undo data. Figures per core are by the seconds that a core worked, as `openssl speed` gives them, all others
by the clock. The peers read plain copies of a slice of the same chain, as they do not know the key, and their
time is counted without their start. bitcoin-explorer gets a block index written for it, finds the blocks by
that, and never looks at the network's magic; blockchain-parser is told regtest's.
"""


def main() -> None:
    """Write page and plots."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("result", type=Path, nargs="?", help="the JSON of a run; default: the newest")
    parser.add_argument("--docs", type=Path, default=HERE.parent / "docs" / "explanation")
    args = parser.parse_args()
    path = args.result or _newest(HERE / "results")
    result = json.loads(path.read_text())
    plots = draw_all(result, args.docs / FOLDER)
    text = "\n".join(_page(result, path.name, plots))
    (args.docs / PAGE).write_text(text.rstrip() + "\n", encoding="utf-8")
    print(f"{args.docs / PAGE} and {len(plots)} plots")


def _newest(folder: Path) -> Path:
    found = sorted(folder.glob("*.json"), key=lambda path: json.loads(path.read_text())["measured_at"])
    if not found:
        sys.exit(f"`{folder}` holds no result; run `make bench` first")
    return found[-1]


def _page(result: dict[str, Any], name: str, plots: Sequence[str]) -> Iterator[str]:
    """The page, line by line."""
    yield f"<!-- Made by benchmarks/report.py from benchmarks/results/{name}. Do not edit. -->"
    yield HEAD
    yield from _machine(result)
    yield "## Beside its limits\n"
    yield from _table(result)
    yield _image(plots[0], "every figure as a multiple of its limit")
    if NOTES.exists():
        yield NOTES.read_text(encoding="utf-8")
    yield "## By size\n"
    yield from _sizes(result["sizes"])
    yield from _growth(result["growth"])
    yield _image(plots[1], "ingest time by size")
    yield _image(plots[2], "store and memory by size")
    yield "## Looking things up\n"
    yield from _pages(result["sizes"])
    yield _image(plots[3], "time of a page by size")
    yield from load_section(HERE / "results" / "load")
    yield from drawings_section(HERE / "results" / "drawings")
    yield "## Beside the peers\n"
    yield from _beside(result["beside"])
    yield "## Doctor and the memory budget\n"
    yield from _doctor(result)
    yield "## The whole chain\n"
    yield from _plan(result["plan"])
    yield from _full_chain(result["full_chain"])


def _image(name: str, what: str) -> str:
    return f"\n![{what}]({FOLDER}/{name})\n"


def _rows(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """A table of Markdown; all columns but the first to the right."""
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * (len(heads) - 1)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
    yield ""


def _machine(result: dict[str, Any]) -> Iterator[str]:
    about = result["machine"]
    yield (
        f"**Machine.** {about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}; "
        f"SHA-256 by {about['sha256']}; load {about['load_before']} before the run of "
        f"{result['measured_at'][:10]}, {result['settings']['repeat']} times in turn.\n"
    )
    said = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    yield f"**Versions.** {said}.\n"


def _table(result: dict[str, Any]) -> Iterator[str]:
    rows = []
    for row in result["table"]:
        sign = -1 if row["at_least"] < 0 else 1
        limit = f"{'at least' if sign > 0 else 'at most'} {abs(row['at_least']):g}"
        verdict = "holds" if row["holds"] else "**missed**"
        if not row["at_least"]:
            limit, verdict = "none", "reported"
        rows.append((row["name"], f"{sign * row['value']:,.4g}", limit, verdict))
    yield from _rows(("", "measured", "limit", ""), rows)
    for name, why in result["not_measured"].items():
        yield f"Not measured: {name}; {why.splitlines()[-1]}.\n"


def _spread(one: dict[str, float], unit: float = 1) -> str:
    """A median with its ends."""
    least, middle, most = (f"{shortened(one[key] / unit, 3):,g}" for key in ("least", "median", "most"))
    return middle if least == most else f"{middle} ({least} to {most})"


def _sizes(sizes: Sequence[dict[str, Any]]) -> Iterator[str]:
    heads = (
        "GB of blocks",
        "transactions",
        "ingest, s",
        "MB/s",
        "CPU, s",
        "cold read, MB/s",
        "peak GB",
        "of its own",
        "store GB",
        "clusters, s",
    )
    rows = [
        (
            f"{one['chain']['block_bytes'] / GB:.3g}",
            f"{one['chain']['txs']:,}",
            _spread(one["ingest_seconds"]),
            f"{one['ingest_rate']['median'] / MB:,.0f}",
            f"{one['ingest_cpu_seconds']['median']:,.1f}",
            f"{one['cold_read_rate']['median'] / MB:,.0f}",
            f"{one['ingest_peak_bytes'] / GB:.2f}",
            f"{one['ingest_own_peak_bytes'] / GB:.2f}",
            f"{one['store_bytes'] / GB:.3g}",
            f"{one['clusters_seconds']:.1f}",
        )
        for one in sizes
    ]
    yield from _rows(heads, rows)
    yield (
        "Peak memory counts the pages of mapped files, which the system takes back when others need room; "
        "beside it stands what the process holds of its own."
    )


def _growth(grows: dict[str, float]) -> Iterator[str]:
    """The growth exponents in one line."""
    if grows:
        said = ", ".join(f"{name.replace('_', ' ')} {shortened(power, 3)}" for name, power in grows.items())
        yield f"\nFrom the smallest to the largest size figures follow this power of it: {said}."


def _pages(sizes: Sequence[dict[str, Any]]) -> Iterator[str]:
    rows = []
    for one in sizes:
        for name, page in one["pages"].items():
            figures = (page[state][key] for state in ("warm", "cold") for key in ("p50_ms", "p95_ms"))
            rows.append((f"{one['chain']['block_bytes'] / GB:.3g}", name, *(f"{ms:,.1f}" for ms in figures)))
    yield from _rows(("GB", "page of 50 rows", "warm p50, ms", "p95", "cold p50", "p95"), rows)
    largest = sizes[-1]
    subjects = largest["subjects"]
    yield (
        f"At the largest size the largest address has {subjects['largest_address_outputs']:,} outputs, the "
        f"largest cluster {subjects['largest_cluster_members']:,} scripts; they are asked for their first, "
        "middle and last page. Cold means that the store's files were out of the page cache. A new process "
        f"that opens such a store and answers once takes {_spread(largest['first_answer_seconds'])} s."
    )
    yield ""


def _beside(beside: dict[str, Any]) -> Iterator[str]:
    what = {
        "explorer": "bitcoin-explorer, connected inputs",
        "parser": "blockchain-parser, with addresses",
        "decode with text": "Cointrail's decoder, same columns",
        "parser without text": "blockchain-parser, without addresses",
        "decode": "Cointrail's decoder, columns and txids",
        "openssl": "openssl speed sha256, 16 KB",
    }
    rows = []
    for key, name in what.items():
        if beside[key]:
            peak = beside[key].get("peak_bytes")
            rates = (beside[key].get(rate) for rate in ("mb_per_second", "mb_per_core_second"))
            shown = (_spread(rate) if rate else "" for rate in rates)
            rows.append((name, *shown, f"{peak / GB:.2f}" if peak else ""))
    yield from _rows(("", "MB/s", "MB per second of a core", "peak GB"), rows)
    start, middle = beside["explorer_slice"], beside["parser_slice"]
    yield (
        f"bitcoin-explorer got the first {start['blocks']:,} blocks ({start['block_bytes'] / MB:,.0f} MB), "
        f"the others {middle['blocks']:,} blocks from the middle ({middle['block_bytes'] / MB:,.0f} MB). "
        "With addresses means: txid in hex, value, script type and address of every output, as text. Both "
        "decoders must agree on blocks, transactions, outputs and the sum of values, or the run stops.\n"
    )


def _doctor(result: dict[str, Any]) -> Iterator[str]:
    doctor, budget = result["doctor"], result["budget"]
    yield (
        f"`doctor` at the largest size compared {doctor['inputs_with_undo']:,} inputs with the undo data in "
        f"{doctor['seconds']:,.1f} s, {doctor['of_one_ingest']:.2f} times an ingest and "
        f"{doctor['of_one_cold_read']:.1f} times one cold read of the same files, with {doctor['findings']} "
        "findings.\n"
    )
    if "failed" not in budget:
        yield (
            f"Ingest with `--memory {budget['memory']}` peaked at {budget['peak_bytes'] / GB:.2f} GB "
            f"({budget['own_peak_bytes'] / GB:.2f} GB of its own) and took {budget['seconds']:,.1f} s.\n"
        )


def _plan(plan: dict[str, Any]) -> Iterator[str]:
    """What an ingest of the whole chain plans for."""
    chain = plan["chain"]
    yield (
        f"With a budget of {plan['budget_bytes'] >> 30} GiB, an ingest of {chain['txs'] / 1e9:.1f} billion "
        f"transactions ({chain['live_txs'] / 1e6:.0f} million with an output left to spend) plans for:\n"
    )
    for what in ("memory", "disk"):
        rows = [(name, f"{size / GB:,.2f}") for name, size in plan[what].items()]
        yield from _rows((what, "GB"), [*rows, ("together", f"{sum(plan[what].values()) / GB:,.2f}")])


def _full_chain(whole: dict[str, Any]) -> Iterator[str]:
    counts = whole["counts"]
    yield (
        f"Arithmetic, not a measurement: {counts['block_bytes'] / GB:,.0f} GB of blocks with "
        f"{counts['transactions'] / 1e9:.1f} billion transactions, {counts['outputs'] / 1e9:.1f} billion "
        f"outputs and {counts['inputs'] / 1e9:.1f} billion inputs would take **{whole['hours']:.1f} hours** "
        f"on this machine ({whole['hours_least']:.1f} to {whole['hours_growing']:.1f}) and a store of "
        f"{whole['store_gb']:,.0f} GB. It assumes:\n"
    )
    yield from (f"- {assumption}" for assumption in whole["assumptions"])


if __name__ == "__main__":
    main()
