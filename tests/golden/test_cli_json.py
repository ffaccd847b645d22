"""The shape of every JSON answer, as `kept/cli_json.txt` states it: programs rely on it.

A line is a place and the types that may stand there. What an answer holds must be in the file, and an
object has all the keys that the file knows for its place. UPDATE_KEPT=1 adds what is new.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest

from cointrail.chain.decode import encode_tx, tx_of
from cointrail.chain.script import p2pk, p2pkh
from cointrail.chain.types import Outpoint, Sat, Tx, Txid, TxIn, TxOut
from support.command_line import cointrail
from support.demo_world import DemoFolder
from support.kept import FOLDER
from support.kept_cases import kept_case
from support.kernel_chain import GENESIS

KEPT = FOLDER / "cli_json.txt"

TYPES = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    type(None): "null",
    list: "list",
    dict: "object",
}
BY_DATA = {
    *("script_types", "outcomes", "seconds", "counts", "versions", "facts", "given"),
    *("sat", "direct_sat", "indirect_sat", "ends", "links", "not_measured"),
}
"""Objects whose keys are data."""
OF_ENTRIES = {"basis", "content", "limits", "options"}
"""The same on kept cases, with all that is below: each kind of entry and question has its own keys."""
NOUNS = {"address", "trace", "tx", "cluster", "coinjoin", "case", "inspect", "tags", "prices", "rules"}
STORELESS = {"inspect", "tags", "prices", "rules", "simulate", "demo", "version"}


Shape = dict[str, set[str]]


def is_by_data(path: str) -> bool:
    """Whether the keys of the object at a place are data."""
    if path.startswith("case ") and OF_ENTRIES & set(path.replace("[]", "").split(".")):
        return True
    return path.rpartition(".")[2] in BY_DATA or ".missed." in path


def walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each place in a JSON value and what stands there."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            step = "*" if is_by_data(path) else key
            yield from walk(inner, f"{path}.{step}")
    if isinstance(value, list):
        for inner in value:
            yield from walk(inner, f"{path}[]")


def read_kept() -> Shape:
    """The places that may be, and the types there."""
    lines = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []
    return {place: set(kinds.split(" | ")) for place, kinds in (line.split(": ") for line in lines)}


def keep(shape: Shape) -> None:
    lines = (f"{place}: {' | '.join(sorted(kinds))}\n" for place, kinds in sorted(shape.items()))
    KEPT.write_text("".join(lines), encoding="utf-8")


def strangers(value: Any, name: str, kept: Shape) -> Iterator[str]:
    """What an answer holds and the file does not, and keys that it lacks."""
    for place, inner in walk(value, name):
        if TYPES[type(inner)] not in kept.get(place, set()):
            yield f"{place} is {TYPES[type(inner)]}"
        if isinstance(inner, dict):
            steps = {other.removeprefix(f"{place}.") for other in kept if other.startswith(f"{place}.")}
            keys = {step.partition(".")[0].partition("[")[0] for step in steps} - {"*"}
            yield from (f"{place} lacks {key}" for key in sorted(keys - inner.keys()))


class Asker:
    """Asks for JSON, and remembers the answers by command."""

    def __init__(self, demo: DemoFolder) -> None:
        self.demo = demo
        self.answers: list[tuple[str, Any]] = []

    def ask(self, *args: object) -> Any:
        end = args.index("--") if "--" in args else len(args)
        store = () if args[0] in STORELESS or "--db" in args else ("--store", self.demo.store)
        done = cointrail(*args[:end], *store, "--format", "json", *args[end:])
        assert done.code in {0, 1}, done.err
        words = args[:2] if args[0] in NOUNS else args[:1]
        if args[1:2] in {("journal",), ("exhibit",)}:
            words = args[:3]
        self.answers.append((" ".join(map(str, words)), done.json()))
        return done.json()


def mined_tx(demo: DemoFolder) -> str:
    """A coinbase."""
    whole = cointrail("cluster", "show", "0", "--store", demo.store, "--format", "json").json()
    script = f"script:{whole['members'][0]['script']}"
    found = cointrail("address", "show", script, "--store", demo.store, "--format", "json").json()
    return str(found["outputs"][0]["outpoint"]).partition(":")[0]


def joins(demo: DemoFolder) -> list[str]:
    """Joins of the world, of several sizes."""
    with (demo.path / "world" / "truth" / "outputs.csv").open(newline="", encoding="utf-8") as lines:
        found = Counter(row["txid"] for row in csv.DictReader(lines) if row["role"] == "coinjoin_equal")
    by_size = sorted(found, key=lambda txid: (found[txid], txid))
    return [by_size[0], by_size[len(by_size) // 2], by_size[-1], *by_size[:: max(len(by_size) // 12, 1)]]


def raw(tx: Tx) -> bytes:
    return encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime)


def ask_everything(asker: Asker, folder: Path) -> None:
    """Every command, several times where one answer does not show all of its sides."""
    ask, demo = asker.ask, asker.demo
    rows = ask("tags", "check", demo.tags, "--network", "regtest")["rows"]
    ask("tags", "check", demo.tags, "--network", "signet")
    payments, seeds, tags = demo.payments(), demo.seeds(), ("--tags", demo.tags)
    ask("cluster", "review")
    contested = [row["subject"] for row in rows if row["verdict"] == "conflicting"]
    for address in (*seeds, *contested, *(row["subject"] for row in rows[::12])):
        ask("address", "show", address, *tags)
        ask("address", "txs", address)
        ask("address", "neighbours", address)
        ask("address", "balance", address, "--every", "block")
        for what in ("show", "payments", "neighbours", "tiers"):
            ask("cluster", what, address, *tags)
        ask("cluster", "tiers", address, "--tier", "T4")
        for every in ("month", "day", "block"):
            ask("cluster", "balance", address, "--every", every)
        ask("explain", seeds[0], address)
    for txid in (*(row["outpoint"].partition(":")[0] for row in payments[:20]), mined_tx(demo)):
        ask("tx", "show", txid)
        ask("tx", "analyse", txid, *tags)
    fiat = ("--prices", demo.prices, "--currency", "USD")
    for row in payments[::25]:
        ask("trace", "peel", row["outpoint"], "--backward", "--max-chains", 3, *tags)
        ask("trace", "peel", row["outpoint"], "--weakest", "T4", "--max-chains", 3, *tags, *fiat)
    for row in payments[:10]:
        ask("trace", "account", row["address"], "--claim", row["outpoint"], *tags)
    for way in ("forward", "backward"):
        for outpoint in [row["outpoint"] for row in payments[:20]]:
            ask("trace", way, outpoint, "--policy", "all", *tags)
        ask("trace", way, *seeds, "--policy", "haircut", "--policy", "fifo", "--max-outputs", 40, *tags)
        ask("trace", way, mined_tx(demo), "--policy", "fifo", "--seconds", 10, *tags)
    for txid in (*joins(demo), mined_tx(demo)):
        ask("coinjoin", "analyse", txid)
        ask("coinjoin", "analyse", txid, "--max-steps", "1")
    ask("sql", "SELECT output, value, spent_by, 0.5::DOUBLE, id_text(txid) FROM outputs JOIN txs USING (tx)")
    for args in (["version"], ["status"], ["prices", "check", demo.prices]):
        ask(*args)
    for command in ("ingest", "doctor"):
        ask(command, "--blocks", demo.blocks)
    ask("case", "run", demo.case, "--out", folder / "case")
    ask("demo", "--out", shutil.copytree(demo.path, folder / "again"), "--scale", "0.02")
    ask("simulate", "--out", folder / "w", "--scale", "0.01", "--unsigned")


def ask_cases(asker: Asker, db: Path, folder: Path) -> None:
    """The commands on kept cases."""
    demo, here = asker.demo, ("--db", db)
    outpoint, store = demo.payments()[0]["outpoint"], ("--store", demo.store)
    seeds = demo.seeds()

    def ask(*args: object) -> None:
        end = args.index("--") if "--" in args else len(args)
        asker.ask("case", *args[:end], *here, *args[end:])

    ask("new", "2024-17", "--legal-basis", "x", "--network", "regtest")
    ask("import", demo.case, "--network", "regtest")
    ask("seed", "2024-17", outpoint)
    ask("note", "2024-17", "text")
    ask("judge", "DEMO-1", "apart", *seeds[:2], "--why", "x")
    ask("judge", "DEMO-1", "no_link", outpoint[:64], "--why", "x")
    ask("judge", "DEMO-1", "withdraw", "j1", "--why", "x")
    ask("document", "DEMO-1", demo.case)
    ask("deadline", "DEMO-1", "2024-05-31", "answer")
    ask("deadline", "DEMO-1", "2024-05-31", "another")
    ask("deadline", "DEMO-1", "--done", 1)
    ask(
        "exhibit",
        "add",
        "DEMO-1",
        *store,
        "--",
        "trace",
        "forward",
        outpoint,
        "--policy",
        "all",
        "--tags",
        demo.tags,
    )
    ask("exhibit", "add", "DEMO-1", *store, "--", "case", "run")
    ask("finding", "DEMO-1", "fact", "text", "--exhibit", 2)
    ask("undo", "2024-17", 2, "--why", "x")
    for case in ("DEMO-1", "2024-17"):
        ask("show", case)
        ask("journal", "show", case)
        ask("journal", "verify", case)
        ask("exhibit", "list", case)
    ask("journal", "verify", "DEMO-1", "--head", "1:" + "0" * 64)
    ask("exhibit", "show", "DEMO-1", 1)
    ask("exhibit", "verify", "DEMO-1", *store)
    ask("list")
    ask("export", "DEMO-1", "--out", folder / "export")
    identity = pyrage.x25519.Identity.generate()
    (folder / "identity").write_text(f"{identity}\n")
    ask("backup", "--to", folder / "b.age", "--recipient", identity.to_public())
    restore = ("case", "restore", folder / "b.age", "--identity", folder / "identity")
    for _ in range(2):
        asker.ask(*restore, "--db", folder / "again.db")


def ask_raw(asker: Asker, folder: Path) -> None:
    """What needs no store: rules, a block, and a transaction with and without what it spends."""
    asker.ask("rules", "list")
    asker.ask("rules", "show", "common_input")
    asker.ask("rules", "show", "coinjoin.wasabi1")
    asker.ask("rules", "show", "same_key")
    spent = TxIn(Outpoint(Txid(bytes(32)), 0), b"", 0)
    parent = tx_of(1, (spent,), (TxOut(Sat(9), p2pkh(bytes(20))),), 0)
    child = tx_of(1, (TxIn(Outpoint(parent.txid, 0), b"", 0),), (TxOut(Sat(8), p2pk(b"\x02" * 33)),), 0)
    (folder / "block").write_bytes(GENESIS)
    (folder / "tx").write_bytes(raw(child))
    (folder / "parent").write_text(raw(parent).hex())
    asker.ask("inspect", "block", folder / "block", "--network", "regtest")
    asker.ask("inspect", "tx", folder / "tx")
    asker.ask("inspect", "tx", folder / "tx", "--prevouts", folder / "parent")
    asker.ask("coinjoin", "analyse", "--file", folder / "tx")
    asker.ask(
        "coinjoin", "analyse", "--file", folder / "tx", "--prevouts", folder / "parent", "--fee-as-output"
    )


@pytest.fixture(name="answers", scope="module")
def all_answers(demo: DemoFolder, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Any]]:
    asker, folder = Asker(demo), tmp_path_factory.mktemp("json")
    ask_everything(asker, folder)
    ask_raw(asker, folder)
    ask_cases(asker, kept_case(tmp_path_factory, demo, folder), folder)
    if os.environ.get("UPDATE_KEPT"):
        shape = read_kept()
        for name, answer in asker.answers:
            for place, value in walk(answer, name):
                shape.setdefault(place, set()).add(TYPES[type(value)])
        keep(shape)
    return asker.answers


def test_every_json_answer_has_the_shape_that_is_kept(answers: list[tuple[str, Any]]) -> None:
    kept = read_kept()
    found = {line for name, answer in answers for line in strangers(answer, name, kept)}
    assert sorted(found) == []


def test_the_kept_shapes_are_those_of_commands_that_are(answers: list[tuple[str, Any]]) -> None:
    assert {place.partition(".")[0].removesuffix("[]") for place in read_kept()} == {
        name for name, _ in answers
    }


def test_no_amount_is_a_fraction_of_a_satoshi(answers: list[tuple[str, Any]]) -> None:
    amounts = {place: kinds for place, kinds in read_kept().items() if place.endswith("_sat")}
    assert amounts
    assert all("number" not in kinds for kinds in amounts.values())


def test_every_time_is_in_utc_and_says_so(answers: list[tuple[str, Any]]) -> None:
    times = [
        value for name, answer in answers for place, value in walk(answer, name) if place.endswith("time_utc")
    ]
    assert times
    assert all(time.endswith("Z") for time in times)
