"""What the investigator has been told: tags and actors, in GraphSense's TagPack and ActorPack form."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from cointrail.chain.address import encode_address
from cointrail.simulate.crowd import NOTARY
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.locks import Kind, Lock
from cointrail.simulate.regtest import REGTEST
from cointrail.simulate.roster import Firm
from cointrail.simulate.scene import Scene

LASTMOD = "2018-03-20"
_CONFIDENCES = ("manual_transaction", "service_data", "web_crawl")


def write_tags(scene: Scene, exchanges: Sequence[Exchange], folder: Path, dice: Dice) -> None:
    """Write both packs. One exchange has no tag; one small cluster has two that disagree."""
    folder.mkdir(parents=True)
    seen = Counter(id(lock) for _, _, _, lock in scene.ledger.outputs)
    locks = {id(lock): lock for _, _, _, lock in scene.ledger.outputs}
    tagged = [exchange for exchange in exchanges if exchange.firm.tagged]
    lines = _header("Exchanges of the simulated world", "tags")
    for exchange in tagged:
        own = [lock for lock in locks.values() if lock.owner == exchange.firm.id]
        child = dice.child(exchange.firm.id)
        for lock in _known(own, seen, child):
            lines += _tag(lock, exchange.firm, child)
    doubtful = next(lock for lock in locks.values() if lock.owner == NOTARY and lock.kind is not Kind.DATA)
    for exchange in tagged[3:5]:
        lines += _tag(doubtful, exchange.firm, dice, confidence="web_crawl")
    _write(folder / "exchanges.tagpack.yaml", lines)
    actors = _header("Exchanges of the simulated world and who runs them", "actors")
    for exchange in tagged:
        actors += _actor(exchange.firm)
    _write(folder / "exchanges.actorpack.yaml", actors)


def _known(own: Sequence[Lock], seen: Counter[int], dice: Dice) -> list[Lock]:
    """A few much used hot addresses and a few deposit addresses, as test purchases show them."""
    hot = sorted((lock for lock in own if lock.role == "hot"), key=lambda lock: -seen[id(lock)])
    deposit = [lock for lock in own if lock.role == "deposit"]
    return [*dice.sample(hot[:8], 1 + dice.below(3)), *dice.sample(deposit, 2 + dice.below(3))]


def _header(title: str, items: str) -> list[str]:
    return [
        f"title: {title}",
        "creator: cointrail simulate",
        "description: Invented. No exchange of this name, no company and no site is meant.",
        *(["currency: BTC"] if items == "tags" else []),
        f"{items}:",
    ]


def _tag(lock: Lock, firm: Firm, dice: Dice, confidence: str | None = None) -> list[str]:
    address = encode_address(lock.script, REGTEST)
    return [
        f"- address: {address}",
        f"  label: {json.dumps(firm.label)}",
        f"  actor: {firm.id}",
        "  category: exchange",
        f"  confidence: {confidence or dice.pick(_CONFIDENCES)}",
        f"  source: https://example.org/purchases/{firm.id}/{dice.below(9_000) + 1_000}",
        f"  lastmod: {LASTMOD}",
    ]


def _actor(firm: Firm) -> list[str]:
    lines = [
        f"- id: {firm.id}",
        f"  label: {json.dumps(firm.label)}",
        f"  uri: https://{firm.id}.example.org",
        "  categories:",
        "  - exchange",
    ]
    if firm.country is not None:
        lines += ["  jurisdictions:", f"  - {json.dumps(firm.country)}"]
    if firm.legal_name is not None:
        lines += ["  context:", f"    legal_name: {json.dumps(firm.legal_name)}"]
    return lines


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
