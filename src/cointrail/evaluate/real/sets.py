"""The labelled sets: where each is, what its members are, and what they are not.

A label is a claim about every member of a set. What no label says is not known, and is counted as such;
two things are known of every transaction: with a single input script it joins nobody's coins, and it is
no round of a protocol that did not exist yet.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cointrail.chain.address import decode_address
from cointrail.chain.decode import decode_block
from cointrail.chain.network import get_network
from cointrail.chain.prevouts import Prevouts, outputs_of, view_of
from cointrail.chain.view import TxView
from cointrail.errors import NotFound
from cointrail.evaluate.real.blocks import iter_block_views
from cointrail.evaluate.real.files import (
    iter_mempool_views,
    read_dumplings,
    read_esplora,
    read_json,
    read_mappings,
    read_zst_json,
    read_zst_lines,
)

JOIN, TX0, CHANNEL, SWAP = "join", "tx0", "channel", "swap"
PROTOCOLS = frozenset({"wasabi1", "wasabi2", "whirlpool", "joinmarket", "sharedcoin"})
"""Claims that name how coins were joined; each of them says that they were."""

NO_JOIN = frozenset({JOIN, *PROTOCOLS})
ORDINARY = NO_JOIN | {TX0, CHANNEL, SWAP}
"""What a payment of one party to others is not, nor the release of an escrow."""

FIRST_HEIGHT = {
    "wasabi1": 530_500,
    "wasabi2": 741_213,
    "whirlpool": 570_000,
    "joinmarket": 336_000,
    "sharedcoin": 267_000,
}
"""Heights of the main network below which a protocol did not exist. JoinMarket: January 2015. The others:
the constants of their detectors."""

WASABI1_ZIP, JOINMARKET_ZIP = "dumplings__ww1_202405.zip", "dumplings__jm_202406.zip"
EMULATED = "2024-04-05_15-19_10-5utxo"

NAMED: dict[str, str | None] = {
    "7e875be692881180ed3f322831615c280daf077bfd14bc120fb3c03dc6d381f6": "wasabi2",
    "a0ddfff8b16eaa9c461a15a2b70d174530b649426ac0472464b62f4a5ef02d6a": "wasabi2",
    "ad5ad29922ab3067ecfcc608eba03c3d0aef08ce80a75e563ba8904875648743": "wasabi2",
    "c92a6046249fd613019e5dccb0f6c188e4d607eade2738250a10b7e1da2a0489": "wasabi2",
    "f5f4fbf79355c777b9a83aef9202e85d4af83ffaf4b7f14e5ff6fd1b163eb3b0": "wasabi2",
    "wabisabi-coinjoin": "wasabi2",
    "whirlpool-coinjoin": "whirlpool",
    "joinmarket-coinjoin": "joinmarket",
    "batch-withdrawal-143": None,
    "bare-multisig": None,
    "dust-attack-555": None,
    "op-return-charley": None,
    "simple-legacy-p2pkh": None,
    "taproot-op-return": None,
    "taproot-script-path": None,
}
"""Single cases and the protocol that their collectors name; None: an ordinary payment."""

TXID_DIGITS = 64


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Transactions with one label.

    Attributes:
        name: as results name it.
        what: what they are, and who says so.
        txs: they themselves.
        yes: claims that hold for every member.
        no: claims that hold for none.
        dated: whether heights are those of the main network.
    """

    name: str
    what: str
    txs: tuple[TxView, ...]
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    dated: bool = True

    def truth(self, claim: str | None, tx: TxView) -> bool | None:
        """Whether a claim holds for a member; None when that is not known."""
        if claim in self.yes:
            return True
        if claim in self.no or (claim in NO_JOIN and has_one_script(tx)):
            return False
        too_early = self.dated and tx.height is not None and tx.height < FIRST_HEIGHT.get(claim or "", 0)
        return False if too_early else None


def has_one_script(tx: TxView) -> bool:
    """Whether one known script supplies all inputs: then no two hands' coins were joined."""
    scripts = {i.script for i in tx.inputs}
    return len(scripts) == 1 and None not in scripts


def round_of(protocol: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a round of one protocol is, and what it is not."""
    return frozenset({JOIN, protocol}), PROTOCOLS - {protocol} | {TX0}


def iter_sets(folder: Path) -> Iterator[LabelledSet]:
    """Every labelled set of a data folder, in the order of results.

    Raises:
        NotFound: the folder is not one.
    """
    joins = folder / "coinjoin"
    if not joins.is_dir():
        raise NotFound(
            f"`{folder}` holds no labelled transactions",
            hint="name a folder with `coinjoin`, `transactions` and `blocks` in it",
            path=str(folder),
        )
    yield from _scanned(joins)
    yield from _named(joins / "fixtures")
    yield from _escrows(joins / "fixtures")
    rounds = read_zst_json(joins / "lists" / "emulated_cjs_mappings.json.zst")
    yield LabelledSet(
        "emulated_rounds",
        "rounds of real Wasabi 2 clients on test chains",
        tuple(read_mappings(rounds, "regtest")),
        *round_of("wasabi2"),
        dated=False,
    )
    yield from _emulated_chain(joins / "emulated_wasabi2")
    yield LabelledSet(
        "mempool_2024", "payments of a mempool, nobody's labels", tuple(iter_mempool_views(folder))
    )
    yield LabelledSet(
        "blocks", "all payments of whole blocks, nobody's labels", tuple(iter_block_views(folder))
    )


def _scanned(joins: Path) -> Iterator[LabelledSet]:
    wasabi, other = joins / WASABI1_ZIP, joins / JOINMARKET_ZIP
    yield LabelledSet(
        "wasabi1",
        "rounds of Wasabi 1, by Dumplings, 2021-08",
        tuple(read_dumplings(wasabi, "WasabiCoinJoins")),
        *round_of("wasabi1"),
    )
    yield LabelledSet(
        "wasabi1_postmix",
        "what spends their outputs and is no round of Wasabi, by Dumplings",
        tuple(read_dumplings(wasabi, "WasabiPostMixTxs")),
        no=frozenset({"wasabi1", "wasabi2"}),
    )
    yield LabelledSet(
        "joinmarket_like",
        "what a scanner took for JoinMarket, look-alikes among it, by Dumplings, 2024-06",
        tuple(read_dumplings(other, "OtherCoinJoins")),
    )
    yield LabelledSet(
        "joinmarket_like_postmix",
        "what spends their outputs",
        tuple(read_dumplings(other, "OtherCoinJoinPostMixTxs")),
    )


def _named(fixtures: Path) -> Iterator[LabelledSet]:
    for protocol in ("wasabi2", "whirlpool", "joinmarket"):
        names = [name for name, label in NAMED.items() if label == protocol]
        yield LabelledSet(
            f"named_{protocol}",
            f"single rounds of {protocol} that others name",
            tuple(read_fixture(fixtures, name) for name in names),
            *round_of(protocol),
        )
    ordinary = [name for name, label in NAMED.items() if label is None]
    yield LabelledSet(
        "named_ordinary",
        "single payments that others name as no join",
        tuple(read_fixture(fixtures, name) for name in ordinary),
        no=ORDINARY,
    )


def read_fixture(fixtures: Path, name: str) -> TxView:
    """The transaction of a named case; those named by txid are rounds without signatures."""
    path = fixtures / f"{name}.json"
    found = read_mappings(read_json(path), "mainnet") if len(name) == TXID_DIGITS else read_esplora(path)
    (tx,) = found
    return tx


def _escrows(fixtures: Path) -> Iterator[LabelledSet]:
    for name, what in (
        ("hodlhodl-tp", "escrows of HodlHodl that were released"),
        ("hodlhodl-fp", "multisig spends that look like escrows of HodlHodl and are none"),
    ):
        txs = tuple(read_esplora(fixtures / f"{name}.json"))
        yield LabelledSet(name, what, txs, no=ORDINARY)


def read_wallets(folder: Path) -> dict[bytes, str]:
    """The wallet of every script that the emulated clients had."""
    with (folder / f"{EMULATED}.truth_addresses.csv").open(encoding="utf-8", newline="") as lines:
        return {
            decode_address(row["address"], get_network("regtest")): row["wallet"]
            for row in csv.DictReader(lines)
        }


def _emulated_chain(folder: Path) -> Iterator[LabelledSet]:
    """The transactions of the emulated chain, by what the wallets of their inputs say."""
    wallets = read_wallets(folder)
    joined: list[TxView] = []
    alone: list[TxView] = []
    unknown: list[TxView] = []
    for tx in _view_chain((folder / f"{EMULATED}.blk00000.dat").read_bytes()):
        owners = {wallets.get(i.script or b"") for i in tx.inputs}
        if None in owners:
            unknown.append(tx)
        else:
            (joined if len(owners) > 1 else alone).append(tx)
    name, what = "emulated_chain", "transactions of a chain of real Wasabi 2 clients"
    yield LabelledSet(
        f"{name}_several_wallets",
        f"{what}: inputs of several wallets",
        tuple(joined),
        *round_of("wasabi2"),
        dated=False,
    )
    yield LabelledSet(
        f"{name}_one_wallet", f"{what}: inputs of one wallet", tuple(alone), no=NO_JOIN, dated=False
    )
    yield LabelledSet(f"{name}_unknown", f"{what}: inputs of unknown owners", tuple(unknown), dated=False)


def _view_chain(framed: bytes) -> Iterator[TxView]:
    """The payments of a file of framed blocks in chain order, with what their inputs spend."""
    known: Prevouts = {}
    at, height = 0, 0
    while at < len(framed):
        size = int.from_bytes(framed[at + 4 : at + 8], "little")
        block = decode_block(framed[at + 8 : at + 8 + size])
        known |= outputs_of(block.txs)
        for tx in block.txs[1:]:
            yield view_of(tx, known, height)
        at, height = at + 8 + size, height + 1


def listed_txids(folder: Path) -> dict[str, frozenset[str]]:
    """Published lists of rounds by id alone."""
    lists = folder / "coinjoin" / "lists"
    names = {"wasabi1": "wasabi1_txids_2019", "whirlpool": "samourai_txids_2019"}
    return {
        protocol: frozenset(read_zst_lines(lists / f"{name}.txt.zst")) for protocol, name in names.items()
    }


def at_hand(listed: frozenset[str], sets: Sequence[LabelledSet]) -> int:
    """How many listed transactions are among those of the sets."""
    return len(listed & {str(tx.txid) for one in sets for tx in one.txs})
