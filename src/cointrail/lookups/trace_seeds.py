"""From what a person typed to the outputs that a trace starts at."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cointrail.chain.types import Txid
from cointrail.errors import BadInput
from cointrail.lookups.find import SCRIPT_PREFIX, get_output_num, get_script_num, get_tx_num, parse_outpoint
from cointrail.lookups.trace_views import SeedKind, SeedView
from cointrail.store.reader import Snapshot
from cointrail.tracing.sources import Source

_TXID = re.compile(r"[0-9a-fA-F]{64}")


def find_seeds(snapshot: Snapshot, texts: Sequence[str], most: int) -> tuple[list[Source], list[SeedView]]:
    """A source for each text: an outpoint, all outputs of a transaction, or all outputs of an address.

    Args:
        snapshot: the chain.
        texts: in the order in which they were reported.
        most: outputs that all of them may have together.

    Raises:
        BadInput: a text cannot be read, or there are too many outputs.
        NotFound: the chain does not hold one.
    """
    sources: list[Source] = []
    seeds: list[SeedView] = []
    left = most
    for text in texts:
        kind, outputs = _find(snapshot, text.strip(), left, most)
        left -= len(outputs)
        label = text.strip()
        sources.append(Source(label, outputs))
        value = sum(snapshot.output_value(output) for output in outputs)
        seeds.append(SeedView(seed=label, kind=kind, outputs=len(outputs), value_sat=value))
    return sources, seeds


def _find(snapshot: Snapshot, text: str, left: int, most: int) -> tuple[SeedKind, tuple[int, ...]]:
    if ":" in text and not text.startswith(SCRIPT_PREFIX):
        _check_room(text, 1, left, most)
        return SeedKind.OUTPOINT, (get_output_num(snapshot, parse_outpoint(text)),)
    if _TXID.fullmatch(text):
        first, last = snapshot.tx_output_range(get_tx_num(snapshot, Txid.parse(text)))
        _check_room(text, last - first, left, most)
        return SeedKind.TRANSACTION, tuple(range(first, last))
    script = get_script_num(snapshot, text)
    _check_room(text, snapshot.count_script_outputs(script), left, most)
    return SeedKind.ADDRESS, tuple(snapshot.script_outputs(script).tolist())


def _check_room(text: str, outputs: int, left: int, most: int) -> None:
    if outputs > left:
        raise BadInput(
            f"`{text[:100]}` has {outputs:,} outputs, and all seeds together may have {most:,}",
            hint="raise `--max-outputs`, or name single outputs as `txid:vout`",
            value=text,
            outputs=outputs,
            max_outputs=most,
        )
