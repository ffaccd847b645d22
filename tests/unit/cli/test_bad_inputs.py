"""Bad input ends with exit code 2 and one clear message, whatever is asked for; nothing is left behind."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from support.command_line import cointrail
from support.demo_world import DemoFolder

NO_TXID = "ab" * 32
ENDLESS = "9" * 5_000

BAD = {
    "no such command": (["frob"], "No such command"),
    "no such option": (["status", "--frob"], "No such option"),
    "no subcommand": (["address"], "Missing command"),
    "a missing option": (["ingest"], "Missing option '--blocks'"),
    "an unknown format": (["status", "--format", "yaml"], "yaml"),
    "an unknown network": (["ingest", "--blocks", "{blocks}", "--network", "moon"], "moon"),
    "another network": (["ingest", "--blocks", "{blocks}", "--network", "mainnet"], "regtest"),
    "no blocks directory": (["ingest", "--blocks", "{tmp}/nothing"], "not a directory"),
    "a directory without blocks": (["ingest", "--blocks", "{tmp}"], "{tmp}"),
    "a size that is none": (["ingest", "--blocks", "{blocks}", "--memory", "lots"], "`lots` is not a size"),
    "a rewind above the tip": (
        ["ingest", "--blocks", "{blocks}", "--rewind", "999999"],
        "nothing to give up",
    ),
    "a tip beyond the blocks": (["ingest", "--blocks", "{blocks}", "--to", "999999"], "999999"),
    "a tip below the store's": (["ingest", "--blocks", "{blocks}", "--to", "3"], "--rewind 3"),
    "no store": (["status", "--store", "{tmp}/nothing"], "holds no chain"),
    "a store that is a file": (["status", "--store", "{case}"], "holds no chain"),
    "a mistyped address": (["address", "show", "mu3UMne1oC24jErNZA9JisD6kR2WHo4ZkX"], "checksum"),
    "an address of mainnet": (
        ["address", "show", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"],
        "this store holds regtest: name a store of that network",
    ),
    "an address without history": (
        ["address", "show", "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8"],
        "received nothing",
    ),
    "a txid for an address": (["address", "show", NO_TXID], "is a transaction id"),
    "a script without history": (["address", "show", "script:6a"], "received nothing"),
    "a script that is none": (["address", "show", "script:xyz"], "not a script in hex"),
    "an outpoint without a number": (["explain", f"{NO_TXID}:", f"{NO_TXID}:0"], "not an output number"),
    "an outpoint that is not there": (["explain", f"{NO_TXID}:0", f"{NO_TXID}:1"], "there is no output"),
    "a short txid": (["tx", "show", "abcd"], "not a transaction id"),
    "a txid that is not there": (["tx", "show", NO_TXID], "there is no transaction"),
    "a label beyond the last": (["cluster", "show", "99999999"], "no cluster label"),
    "an endless output number": (["address", "show", f"{NO_TXID}:{ENDLESS}"], "not an outpoint"),
    "an endless label": (["cluster", "show", ENDLESS], "no cluster label"),
    "a page before the first": (["cluster", "show", "1", "--start", "-1"], "--start"),
    "no file to inspect": (["inspect", "tx", "{tmp}/nothing"], "cannot be read"),
    "a file that is no block": (["inspect", "block", "{case}"], "is not a block"),
    "a file that is no transaction": (["inspect", "tx", "{case}"], "is not a transaction"),
    "prevouts that are none": (["inspect", "tx", "{case}", "--prevouts", "{case}"], "case.toml, line 1"),
    "a join by neither id nor file": (["coinjoin", "analyse"], "give a transaction id, or a file"),
    "a join by id and file": (["coinjoin", "analyse", NO_TXID, "--file", "{case}"], "and not both"),
    "a join at a height without a store": (
        ["coinjoin", "analyse", "--file", "{case}", "--at", "5"],
        "needs a store",
    ),
    "a join that is not there": (["coinjoin", "analyse", NO_TXID], "there is no transaction"),
    "a join in a file that is none": (["coinjoin", "analyse", "--file", "{case}"], "is not a transaction"),
    "no labelled transactions": (["evaluate", "real", "--data", "{tmp}"], "holds no labelled transactions"),
    "no case file": (["case", "run", "{tmp}/nothing.toml", "--out", "{tmp}/out"], "nothing.toml"),
    "a case that is none": (["case", "run", "{prices}", "--out", "{tmp}/out"], "demo_usd.csv"),
    "a trace without a policy": (["trace", "forward", f"{NO_TXID}:0"], "no policy is named"),
    "a trace by a policy that is none": (
        ["trace", "forward", f"{NO_TXID}:0", "--policy", "magic"],
        "`magic` is not a policy",
    ),
    "a trace of nothing": (["trace", "backward", "--policy", "fifo"], "Missing argument"),
    "a trace from an outpoint that is not there": (
        ["trace", "backward", f"{NO_TXID}:0", "--policy", "fifo"],
        "there is no output",
    ),
    "a trace from a transaction that is not there": (
        ["trace", "forward", NO_TXID, "--policy", "all"],
        "there is no transaction",
    ),
    "a trace of more outputs than it may have": (
        ["trace", "forward", "{shop}", "--policy", "fifo", "--max-outputs", "1"],
        "raise `--max-outputs`",
    ),
    "a trace by a share that is none": (
        ["trace", "forward", f"{NO_TXID}:0", "--policy", "fifo", "--min-share", "half"],
        "`half` is not a share",
    ),
    "a trace longer than there is room for": (
        ["trace", "forward", f"{NO_TXID}:0", "--policy", "fifo", "--max-outputs", "999999999"],
        "the most is",
    ),
    "a trace of no time": (
        ["trace", "forward", f"{NO_TXID}:0", "--policy", "fifo", "--seconds", "0"],
        "must be more than 0",
    ),
    "an account without a claim": (["trace", "account", "1"], "no claim is named"),
    "a claim on another cluster": (
        ["trace", "account", "0", "--claim", "{paid}"],
        "pays cluster",
    ),
    "no tag file": (["tags", "check", "{tmp}/nothing.yaml"], "nothing.yaml"),
    "a price table that is none": (["prices", "check", "{case}"], "case.toml"),
    "a folder in use": (["simulate", "--out", "{blocks}"], "is not empty"),
    "a demo over somebody's folder": (["demo", "--out", "{tmp}/mine"], "no simulated world"),
    "a demo into a file": (["demo", "--out", "{case}"], "a file is in the way"),
    "a demo below a file": (["demo", "--out", "{case}/demo"], "a file is in the way"),
    "a preset that there is not": (["simulate", "--preset", "1999", "--out", "{tmp}/w"], "no preset `1999`"),
    "a preset and a scale": (
        ["simulate", "--preset", "2018", "--scale", "0.5", "--out", "{tmp}/w"],
        "name one of --preset",
    ),
    "a size without a plan": (
        ["simulate", "--transactions", "500", "--out", "{tmp}/w"],
        "--transactions goes",
    ),
    "a size out of range": (
        ["simulate", "--preset", "2018", "--transactions", "1", "--out", "{tmp}/w"],
        "`transactions` is 300 to",
    ),
    "a plan that is not there": (["simulate", "--world", "{tmp}/no.toml", "--out", "{tmp}/w"], "cannot read"),
    "a plan that is none": (["simulate", "--world", "{case}", "--out", "{tmp}/w"], "no table `case`"),
    "a world into a file": (["simulate", "--out", "{case}"], "a file is in the way"),
    "a demo over a world that is a list": (["demo", "--out", "{tmp}/list"], "world.json` does not describe"),
    "a demo over a world without a seed": (["demo", "--out", "{tmp}/seedless"], "`seed` is missing"),
}


def busiest(demo: DemoFolder) -> str:
    """An address that was paid more than once."""
    return Counter(row["address"] for row in demo.payments()).most_common(1)[0][0]


def filled(args: list[str], demo: DemoFolder, folder: Path) -> list[str]:
    (folder / "mine" / "world" / "thesis").mkdir(parents=True, exist_ok=True)
    for name, said in (("list", "[1]"), ("seedless", '{"versions": {}}')):
        (folder / name / "world").mkdir(parents=True)
        (folder / name / "world" / "world.json").write_text(said)
    places: dict[str, object] = {"blocks": demo.blocks, "case": demo.case, "prices": demo.prices}
    places |= {"tmp": folder, "shop": busiest(demo), "paid": demo.payments()[0]["outpoint"]}
    return [arg.format(**places) for arg in args]


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_with_code_2_and_one_message(name: str, demo: DemoFolder, tmp_path: Path) -> None:
    args, says = BAD[name]
    done = cointrail(*filled(args, demo, tmp_path))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert done.err.count("error: ") == 1
    assert says.format(tmp=tmp_path) in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", sorted(BAD.keys() - {"an unknown format"}))
def test_bad_input_as_json_is_one_object_on_stderr(name: str, demo: DemoFolder, tmp_path: Path) -> None:
    args = filled(BAD[name][0], demo, tmp_path)
    done = cointrail(*args, "--format", "json")
    assert (done.code, done.out) == (2, "")
    error = json.loads(done.err)["error"]
    assert set(error) == {"code", "message", "hint", "facts"}
    assert error["message"]
