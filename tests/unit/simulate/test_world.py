import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from cointrail.errors import BadInput
from cointrail.simulate import simulate_world
from support.worlds import PAYMENTS, SCALE, SEED, read_blocks, rows, small_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_world(tmp_path_factory)


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_same_seed_gives_the_same_bytes_in_any_process(world: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from cointrail.simulate import simulate_world; "
        f"simulate_world({SEED}, Path(sys.argv[1]), scale={SCALE})"
    )
    again = tmp_path / "again"
    subprocess.run(
        [sys.executable, "-c", code, str(again)], check=True, env={**os.environ, "PYTHONHASHSEED": "12"}
    )
    assert _digests(again) == _digests(world)


def test_another_seed_gives_another_world(world: Path, tmp_path: Path) -> None:
    other = simulate_world(SEED + 1, tmp_path / "w", signed=False, scale=SCALE)
    assert other.tip_hash != json.loads((world / "world.json").read_text())["tip_hash"]


def test_the_summary_counts_what_is_on_the_chain(world: Path) -> None:
    told = json.loads((world / "world.json").read_text())
    blocks = list(read_blocks(world))
    assert told["height"] == len(blocks) - 1
    assert told["tip_hash"] == str(blocks[-1].header.hash)
    assert told["transactions"] == sum(len(block.txs) for block in blocks[1:])
    assert (told["payments"], told["signed"]) == (PAYMENTS, True)


def test_an_unsigned_world_says_so(tmp_path: Path) -> None:
    summary = simulate_world(SEED, tmp_path / "w", signed=False, scale=SCALE)
    told = json.loads((tmp_path / "w" / "world.json").read_text())
    assert (summary.signed, told["signed"]) == (False, False)
    assert told["note"].startswith("UNSIGNED")
    assert "coincurve" not in told["versions"]
    assert summary.payments == PAYMENTS
    assert sum(1 for _ in read_blocks(tmp_path / "w")) == summary.height + 1


@pytest.mark.parametrize("library", ["pbk", "coincurve._libsecp256k1"])
def test_without_a_library_the_world_is_unsigned_unless_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(BadInput, match="needs the library") as refused:
        simulate_world(SEED, tmp_path / "asked", signed=True, scale=SCALE)
    assert refused.value.hint is not None
    assert not simulate_world(SEED, tmp_path / "w", scale=0.01).signed


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note").touch()
    with pytest.raises(BadInput, match="not empty"):
        simulate_world(SEED, tmp_path)


@pytest.mark.parametrize("scale", [0.0, 1.5])
def test_a_scale_out_of_range_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(BadInput, match="scale"):
        simulate_world(SEED, tmp_path / "w", scale=scale)


def test_progress_is_told_for_every_block(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    summary = simulate_world(
        SEED, tmp_path / "w", signed=False, scale=0.01, progress=lambda *at: told.append(at)
    )
    assert told == [(done, summary.height) for done in range(1, summary.height + 1)]


def test_tags_name_exchanges_of_eleven_countries_and_leave_one_out(world: Path) -> None:
    actors = yaml.safe_load((world / "tags" / "exchanges.actorpack.yaml").read_text())["actors"]
    tags = yaml.safe_load((world / "tags" / "exchanges.tagpack.yaml").read_text())["tags"]
    countries = [tuple(actor.get("jurisdictions", ())) for actor in actors]
    assert len(set(countries) - {()}) == 11
    assert countries.count(()) == 1
    assert any("context" not in actor for actor in actors)
    exchanges = {row["exchange"] for row in rows(world, "withdrawals")}
    assert exchanges - {tag["actor"] for tag in tags} == {"nightjarx"}


def test_tags_are_true_but_for_one_address_that_two_claim(world: Path) -> None:
    tags = yaml.safe_load((world / "tags" / "exchanges.tagpack.yaml").read_text())["tags"]
    owners = {row["address"]: (row["owner"], row["role"]) for row in rows(world, "scripts")}
    claims = Counter(tag["address"] for tag in tags)
    [doubtful] = [address for address, count in claims.items() if count > 1]
    assert all(owners[t["address"]][0] == t["actor"] for t in tags if t["address"] != doubtful)
    assert owners[doubtful][0] == "notary"
    assert {owners[address][1] for address in claims if address != doubtful} == {"hot", "deposit"}


def test_seeds_are_addresses_that_received_a_payment(world: Path) -> None:
    seeds = (world / "seeds.csv").read_text().splitlines()
    assert seeds[0] == "address,note"
    shop = {row["address"] for row in rows(world, "scripts") if row["role"] == "till"}
    assert 3 <= len(seeds) - 1 <= 5
    assert {line.split(",")[0] for line in seeds[1:]} <= shop
