"""What programs leave on transactions, seen in a world of many people."""

from dataclasses import replace

import pytest

from cointrail.simulate import compose_world, preset
from cointrail.simulate.composed.programs import PROGRAMS, Locktime, Outputs
from cointrail.simulate.composed.selection import Selection
from support.composed_worlds import Composed


@pytest.fixture(scope="module", name="world")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Composed:
    folder = tmp_path_factory.mktemp("habits") / "world"
    plan = preset("quiet")
    compose_world(replace(plan, year=2025).with_size(3_000, 150), 3, folder, signed=False)
    return Composed(folder)


def _payments(world: Composed, name: str) -> list[tuple[str, list[str]]]:
    """Id and change outputs of payments by users of a program."""
    users = {row["owner"] for row in world.rows("entities") if row["profile"].startswith(f"{name}/")}
    return [
        (row["txid"], row["change"].split())
        for row in world.rows("transactions")
        if row["kind"] == "payment" and row["maker"] in users
    ]


def test_every_program_of_the_era_shows_its_version_and_sequence(world: Composed) -> None:
    for program in PROGRAMS:
        for txid, _ in _payments(world, program.name) if program.share_at(2025) else ():
            tx = world.txs[txid]
            assert tx.version == program.version
            assert {i.sequence for i in tx.inputs} == {program.sequence}
            assert (tx.locktime > 0) == (program.locktime is Locktime.TIP)


def test_a_tip_locktime_is_the_height_before_and_one_in_ten_lies_back(world: Composed) -> None:
    heights = {row["txid"]: int(row["height"]) for row in world.rows("transactions")}
    back = [heights[txid] - 1 - world.txs[txid].locktime for txid, _ in _payments(world, "core-28")]
    assert all(0 <= blocks < 100 for blocks in back)
    assert 0.03 < sum(blocks > 0 for blocks in back) / len(back) < 0.2


def test_programs_of_bip_69_sort_outputs_by_value_and_others_put_change_where_they_do(
    world: Composed,
) -> None:
    seen = set()
    for program in PROGRAMS:
        for txid, change in _payments(world, program.name) if program.share_at(2025) else ():
            values = [int(output.value) for output in world.txs[txid].outputs]
            if program.outputs is Outputs.SORTED:
                assert values == sorted(values)
            elif program.outputs is Outputs.CHANGE_LAST and change:
                assert change == [str(len(values) - 1)]
            seen.add(program.outputs)
    assert len(seen) == len(Outputs)


def test_a_program_of_one_address_returns_change_to_it(world: Composed) -> None:
    scripts = {(row["txid"], row["vout"]): row for row in world.outputs}
    count = 0
    for program in (p for p in PROGRAMS if p.single and p.share_at(2025)):
        for txid, change in _payments(world, program.name):
            spent = {_script(world, str(i.outpoint)) for i in world.txs[txid].inputs}
            assert all(_script(world, f"{txid}:{n}") in spent for n in change)
            assert all(scripts[txid, n]["role"] == "change" for n in change)
            count += len(change)
    assert count > 20


def _script(world: Composed, point: str) -> bytes:
    txid, _, vout = point.partition(":")
    return world.txs[txid].outputs[int(vout)].script


def test_core_that_copies_the_payments_kind_does_so(world: Composed) -> None:
    kinds = []
    for txid, change in _payments(world, "core-28"):
        outputs = world.txs[txid].outputs
        if len(outputs) == 2 and change:
            kinds.append((outputs[int(change[0])].script[:2], outputs[1 - int(change[0])].script[:2]))
    assert sum(ours == theirs for ours, theirs in kinds) / len(kinds) > 0.95
    assert len({theirs for _, theirs in kinds}) > 2


def test_exact_sums_leave_payments_without_change(world: Composed) -> None:
    exact = [
        p.name for p in PROGRAMS if p.selection in {Selection.EXACT, Selection.GRIND} and p.share_at(2025)
    ]
    without = sum(not change for name in exact for _, change in _payments(world, name))
    assert without > 5


def test_wallets_of_core_grind_their_signatures_short(world: Composed) -> None:
    lengths = {
        len(i.witness[0])
        for txid, _ in _payments(world, "core-28")
        for i in world.txs[txid].inputs
        if len(i.witness) == 2
    }
    assert max(lengths) <= 71
