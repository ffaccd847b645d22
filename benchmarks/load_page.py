"""What users of a server wait for, as the page on performance says it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEAD = """\
## Pages of a server

`make load STORE=DIR` starts `cointrail serve` on a store and asks for what pages ask: things by chance, and
the largest of their kind. Alone means one request after the other. Users, browser and server share the
machine. What the server works for a request, in time of a core, says more than the clock where others work
beside it.
"""

ALONE = "alone"
BUSY = ("users who read", "users who do not read")
USERS = 50
"""Of results that do not say how many."""

DRAWN = """\
## Drawings

`python benchmarks/graph_page.py STORE` opens drawings of invented parts in Chromium, arranges them anew, and
drags them about. A frame's script is what the page itself takes of it; Chromium renders in software here. A
step hides a part or brings it back: script, style and layout of it, with the tables below the drawing.

| nodes | edges | opened, ms | laid out, ms | longest task of that, ms | script a frame, ms | a step, ms |
|---:|---:|---:|---:|---:|---:|---:|
"""


def load_section(folder: Path) -> Iterator[str]:
    """The section; nothing where nobody has measured. Of one store the newest result counts."""
    newest: dict[int, dict[str, Any]] = {}
    for path in folder.glob("*.json"):
        one = json.loads(path.read_text())
        size = one["store"]["transactions"]
        if size not in newest or newest[size]["measured_at"] < one["measured_at"]:
            newest[size] = one
    if newest:
        yield HEAD
    for size in sorted(newest):
        yield from _store(newest[size])


def drawings_section(folder: Path) -> Iterator[str]:
    """The section of the newest result; nothing where nobody has measured."""
    found = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    if not found:
        return
    newest = max(found, key=lambda one: one["measured_at"])
    yield DRAWN + "\n".join(
        f"| {one['nodes']:,} | {one['edges']:,} | {one['opened']:,.0f} | {one['arranged']:,.0f} | "
        f"{one['longest_task']:,.0f} | {one['script_a_frame']:.1f} | {_step(one)} |"
        for one in newest["drawings"]
    )
    yield f"\n{newest['measured_at'][:10]}. {newest['note']}\n"


def _step(one: dict[str, Any]) -> str:
    """Empty in results from before steps were measured."""
    return f"{one['step']:,.0f}" if "step" in one else ""


def _store(one: dict[str, Any]) -> Iterator[str]:
    sizes = "; ".join(f"{kind}: {max(largest):,}" for kind, largest in one["largest"].items())
    yield f"### {one['store']['transactions']:,} transactions\n"
    yield f"{one['measured_at'][:10]}. Rows of the largest: {sizes}. {one['note']}\n"
    yield "| request | p50, ms | p95, ms | most, ms | server, p95, ms of a core |\n|---|---:|---:|---:|---:|"
    for name, took in one["phases"][ALONE]["routes"].items():
        clock = " | ".join(f"{took[key]:,}" for key in ("p50_ms", "p95_ms", "most_ms"))
        yield f"| {name.replace('|', ', ')} | {clock} | {took['cpu_p95_ms']:,} |"
    for kind, took in one["browser"].items():
        yield f"| shown in Chromium: {kind} | {took['shown']:,} | | {took['first']:,} the first time | |"
    yield ""
    for name in (ALONE, *BUSY):
        phase = one["phases"][name]
        who = name if name == ALONE else f"{one.get('users', USERS)} {name}"
        memory = phase["memory_after"]["own"] / 1e6
        errors = sum(phase["errors"].values()) or "no"
        yield (
            f"- {who}: {phase['requests_per_second']:,} requests a second, "
            f"{phase['server_cpu_ms_per_request']} ms of a core each, {errors} errors, "
            f"{memory:,.0f} MB of its own."
        )
    yield ""
