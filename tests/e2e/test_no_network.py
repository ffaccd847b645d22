"""No command reaches for a network: each runs where there is none, and none is asked for."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pyrage
import pytest

from cointrail.evidence.bag import TAG_MANIFEST
from cointrail.evidence.receipts import OTS_START
from cointrail.journal.backup import pack
from cointrail.journal.place import FilePlace
from cointrail.journal.protection import encrypt
from cointrail.journal.sql_keeper import SqlKeeper
from cointrail.sources.blocks_dir import BlocksDirectory
from support import real_data
from support.bundles import signed_bundle
from support.command_line import command_paths
from support.demo_world import DemoFolder, demo_folder
from support.kept_cases import kept_case
from support.lead_desks import lead_desk
from support.run_tables import write_run

COMMANDS = [
    "--help",
    "version",
    "ingest --blocks {world}/blocks --store {out}/store",
    "status --store {store}",
    "doctor --blocks {world}/blocks --store {store}",
    "explain {seed} {seed} --store {store}",
    "address show {seed} --store {store} --tags {world}/tags/exchanges.tagpack.yaml",
    "address txs {seed} --store {store}",
    "address balance {seed} --store {store}",
    "address neighbours {seed} --store {store}",
    "sql SHOW\tTABLES --store {store}",
    "tx show {txid} --store {store}",
    "cluster show {seed} --store {store}",
    "cluster payments {seed} --store {store}",
    "cluster balance {seed} --store {store}",
    "cluster neighbours {seed} --store {store}",
    "cluster tiers {seed} --store {store}",
    "cluster review --store {store}",
    "trace forward {outpoint} --policy all --store {store} --tags {world}/tags/exchanges.tagpack.yaml",
    "trace backward {outpoint} --policy fifo --store {store}",
    "trace account {seed} --claim {outpoint} --store {store}",
    "trace peel {outpoint} --store {store}",
    "tx analyse {txid} --store {store}",
    "coinjoin analyse {txid} --store {store}",
    "rules list",
    "rules show common_input",
    "case run {world}/case.toml --out {out}/case --store {store}",
    "case run DEMO-1 --db {db} --out {out}/kept --store {store}",
    "case new 2024-17 --legal-basis x --db {out}/new.db",
    "case import {world}/case.toml --network regtest --db {out}/new.db",
    "case list --db {db}",
    "case show DEMO-1 --db {db}",
    "case seed DEMO-1 {outpoint} --db {db}",
    "case note DEMO-1 text --db {db}",
    "case judge DEMO-1 no_link {txid} --why x --db {db}",
    "case document DEMO-1 {world}/case.toml --db {db}",
    "case deadline DEMO-1 2024-05-31 answer --db {db}",
    "case finding DEMO-1 fact text --exhibit 1 --db {db}",
    "case undo DEMO-1 3 --why x --db {db}",
    "case export DEMO-1 --out {out}/export --db {db}",
    "case backup --to {out}/all.age --recipient {age} --db {db}",
    "case restore {backup} --identity {out}/identity.txt --db {out}/new.db",
    "case journal show DEMO-1 --db {db}",
    "case journal verify DEMO-1 --db {db}",
    "case exhibit add DEMO-1 --db {db} --store {store} -- tx show {txid}",
    "case exhibit list DEMO-1 --db {db}",
    "case exhibit show DEMO-1 1 --db {db}",
    "case exhibit verify DEMO-1 --db {db} --store {store}",
    "case bundle {world}/case.toml --blocks {world}/blocks --out {out}/bundle --store {store}",
    "case receipt {bundle} --ots {out}/proof.ots",
    "case report {world}/../case --out {out}/report",
    "case data {world}/../case --out {out}/data",
    "case leads list {world}/../case",
    "case leads packet {world}/../case --out {out}/made --ask freeze",
    "case leads status DEMO-1 1 sent --db {desk}/cases.db",
    "case leads answer DEMO-1 1 {desk}/answer.csv --packet {packet} --db {desk}/cases.db",
    "verify {bundle}",
    "evaluate real --data {real}",
    "evaluate fidelity --real {real} --era 2013 --out {out}/fidelity",
    "evaluate world {world} --store {store}",
    "evaluate run --worlds quiet --seeds 1 --transactions 300 --jobs 1 --out {out}/run",
    "evaluate train-change --worlds quiet --seeds 1 --transactions 300 --jobs 1 --out {out}/model",
    "evaluate sweep --vary payjoin --seeds 1 --transactions 300 --jobs 1 --out {out}/sweep",
    "evaluate compare {run} {run}",
    "evaluate cases --seeds 1 --scale 0.01",
    "evaluate table --budget small --jobs 1 --out {out}/table.json",
    "evaluate check --seed 3",
    "simulate --seed 5 --out {out}/world --scale 0.01",
    "demo --seed 5 --out {out}/demo --scale 0.01",
    "tags check {world}/tags/exchanges.tagpack.yaml --network regtest",
    "prices check {world}/prices/demo_usd.csv",
    "inspect tx {out}/tx.hex --network regtest",
    "inspect block {out}/block.bin --network regtest",
]
"""What is run without a network; each must end well. Every command of the program is here or below."""

SERVER = "serve --store {store} --case {case} --port 0"
"""Runs until it is told to stop."""

ONE_TX = (
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff0151ffffffff"
    "0100f2052a01000000015100000000"
)

PROGRAM = "import sys; from cointrail.cli.main import main; sys.exit(main())"


@cache
def _without_network() -> tuple[str, ...]:
    """The start of a command line that runs the rest where no network is; empty where that is not allowed."""
    for words in (("unshare", "--net"), ("unshare", "--user", "--map-root-user", "--net")):
        if shutil.which(words[0]):
            tried = subprocess.run([*words, "true"], capture_output=True, check=False)
            if tried.returncode == 0:
                return words
    return ()


def _python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*_without_network(), sys.executable, "-W", "error", "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_there_is_truly_no_network_where_commands_run() -> None:
    """The guard refuses before the system does, so it is left out here."""
    if not _without_network():
        pytest.skip("this machine lets nobody start a program without a network; the guard alone must do")
    program = "import socket; print(socket.if_nameindex()); socket.socket().connect(('192.0.2.1', 9))"
    words = [*_without_network(), sys.executable, "-S", "-c", program]  # -S: no guard
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "[(1, 'lo')]\n"
    assert "OSError: [Errno 101]" in done.stderr


def test_the_guard_is_on_where_commands_run() -> None:
    done = _python("import socket; socket.getaddrinfo('example.org', 443)")
    assert done.returncode == 1
    assert "outbound network is denied" in done.stderr


def _bundle(factory: pytest.TempPathFactory, demo: DemoFolder, out: Path) -> Path:
    """A copy of the bundle, and beside it a proof of time that is for it."""
    folder = shutil.copytree(signed_bundle(factory, demo).folder, out / "copied")
    digest = hashlib.sha256((folder / TAG_MANIFEST).read_bytes()).digest()
    (out / "proof.ots").write_bytes(OTS_START + digest)
    return folder


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_ends_well_without_a_network(
    line: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    demo = demo_folder(tmp_path_factory)
    if "{real}" in line and (absent := real_data.why_absent()):
        (pytest.fail if real_data.REQUIRED else pytest.skip)(absent)
    bundle = _bundle(tmp_path_factory, demo, tmp_path) if "{bundle}" in line else None
    db = kept_case(tmp_path_factory, demo, tmp_path) if "{db}" in line else None
    desk = lead_desk(demo, tmp_path) if "{desk}" in line else None
    outpoint = demo.payments()[0]["outpoint"]
    (tmp_path / "tx.hex").write_text(ONE_TX)
    run = write_run(tmp_path / "tables")
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity.txt").write_text(f"{identity}\n")
    if "{backup}" in line:
        with SqlKeeper(FilePlace(tmp_path / "empty.db")) as keeper:
            packed = pack(keeper).data
        (tmp_path / "backup.age").write_bytes(encrypt(packed, [str(identity.to_public())]))
    with BlocksDirectory(demo.blocks) as source:
        (tmp_path / "block.bin").write_bytes(source.raw_block(1))
    given = line.format(
        world=demo.path / "world",
        store=demo.store,
        out=tmp_path,
        seed=demo.seeds()[0],
        outpoint=outpoint,
        txid=outpoint.partition(":")[0],
        bundle=bundle,
        run=run,
        desk=tmp_path,
        packet=desk.packet if desk else None,
        db=db,
        age=identity.to_public(),
        backup=tmp_path / "backup.age",
        real=real_data.FOLDER,
    )
    done = _python(PROGRAM, *given.split(" "))
    assert (done.returncode, "outbound network" in done.stderr) == (0, False), done.stderr


def test_the_server_needs_no_network_and_stops_in_order(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    demo = demo_folder(tmp_path_factory)
    given = SERVER.format(store=demo.store, case=demo.path / "case").split(" ")
    command = [*_without_network(), sys.executable, "-W", "error", "-c", PROGRAM, *given]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    ) as running:
        assert running.stdout is not None
        said = [running.stdout.readline() for _ in range(3)]
        modes = [oct(token.stat().st_mode & 0o777) for token in tmp_path.rglob("*.token")]
        running.terminate()
        _, complaints = running.communicate(timeout=60)
    assert said[0].startswith("open      http://127.0.0.1:"), complaints
    assert modes == ["0o600"]
    assert running.returncode == 0, complaints
    assert not list(tmp_path.rglob("*.token"))


def test_every_command_is_run_without_a_network() -> None:
    known = {" ".join(words) for words in command_paths()}
    run = {name for name in known for line in (*COMMANDS, SERVER) if line.startswith(name)}
    assert run == known
