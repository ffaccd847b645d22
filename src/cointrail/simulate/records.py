"""The truth files: CSV, sorted, the same bytes for the same world."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from cointrail.chain.address import encode_address
from cointrail.chain.decode import decode_block
from cointrail.simulate.clock import iso
from cointrail.simulate.regtest import GENESIS, REGTEST
from cointrail.simulate.scene import Scene
from cointrail.simulate.truth import Movement

NOBODY = "nobody"
"""Owns the output of block 0, which can never be spent."""

_MOVEMENT = ("txid", "vout", "exchange", "account", "customer", "value_sat")


def write_truth(scene: Scene, folder: Path) -> None:
    """Write all truth files of the world into `folder`."""
    folder.mkdir(parents=True)
    truth = scene.truth
    first = decode_block(GENESIS).txs[0]
    on_chain = {id(lock): lock for _, _, _, lock in scene.ledger.outputs}
    _write(
        folder / "scripts.csv",
        ("script_hex", "address", "owner", "owner_kind", "role"),
        [
            (first.outputs[0].script.hex(), "", NOBODY, NOBODY, "genesis"),
            *(
                (
                    lock.script.hex(),
                    encode_address(lock.script, REGTEST) or "",
                    lock.owner,
                    truth.kinds[lock.owner],
                    lock.role,
                )
                for lock in on_chain.values()
            ),
        ],
    )
    _write(
        folder / "outputs.csv",
        ("txid", "vout", "role", "owner"),
        [
            (_hex(first.txid.raw), 0, "genesis", NOBODY),
            *((_hex(txid), vout, role, lock.owner) for txid, vout, role, lock in scene.ledger.outputs),
        ],
    )
    _write(
        folder / "payments.csv",
        ("txid", "vout", "payer", "value_sat", "time_utc", "kind"),
        ((_hex(r.txid), r.vout, r.payer, r.value, iso(r.origin.time), r.kind) for r in truth.receipts),
    )
    _write(folder / "withdrawals.csv", _MOVEMENT, _movements(truth.withdrawals))
    _write(folder / "deposits.csv", _MOVEMENT, _movements(truth.deposits))
    _write_funding(scene, folder / "funding.csv")


def _write_funding(scene: Scene, path: Path) -> None:
    withdrawals = scene.truth.withdrawals
    rows = []
    for receipt in scene.truth.receipts:
        if receipt.kind != "payment":
            continue
        for number in receipt.sources:
            source = withdrawals[number]
            rows.append((_hex(receipt.txid), receipt.vout, _hex(source.txid), source.vout))
    _write(path, ("payment_txid", "payment_vout", "withdrawal_txid", "withdrawal_vout"), rows)


def _movements(movements: Sequence[Movement]) -> Iterable[tuple[object, ...]]:
    return ((_hex(m.txid), *m[1:]) for m in movements)


def _hex(txid: bytes) -> str:
    return txid[::-1].hex()


def _write(path: Path, header: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(rows))
