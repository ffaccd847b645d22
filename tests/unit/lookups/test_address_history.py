"""The pages of an address, put together, are what the ledger says of it when it is read plainly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.clustering.build import build
from cointrail.clustering.moves import Ascending, MoveIndex, Moves
from cointrail.lookups import address_txs as history
from cointrail.lookups import neighbours as nearby
from cointrail.lookups.address_page import address_page
from cointrail.lookups.address_txs import address_txs, iter_txs
from cointrail.lookups.balance import address_balance
from cointrail.lookups.balance_series import Every
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.neighbours import Reach, address_neighbours
from cointrail.lookups.script_moves import moves_of_script
from cointrail.lookups.views import OpenPage, Page
from cointrail.store.chain_places import txs_of_outputs
from cointrail.store.reader import Snapshot
from support.query_stores import KINDS, Asked, asked

Row = tuple[Any, ...]


@pytest.fixture(name="there", scope="module", params=KINDS)
def opened(request: pytest.FixtureRequest) -> Iterator[Asked]:
    with asked(request.param) as found:
        yield found


@pytest.fixture(name="listed", scope="module")
def lists_of(there: Asked) -> MoveIndex:
    """Lists of their own for all scripts but those with an output or two."""
    return build(there.snapshot, heavy_from=2).moves


@pytest.fixture(name="desk", params=["looked up", "listed"])
def desk_of(there: Asked, listed: MoveIndex, request: pytest.FixtureRequest) -> LedgerDesk:
    return LedgerDesk(there.snapshot, listed if request.param == "listed" else None)


def name_of(script: bytes) -> str:
    return f"script:{script.hex()}"


def some(there: Asked) -> list[bytes]:
    """Every fifth script and the one with the most transactions."""
    return [busiest(there), *there.plain.scripts()[::5]]


def busiest(there: Asked) -> bytes:
    return max(there.plain.scripts(), key=lambda script: len(there.plain.txs_of(script)))


def paged(ask: Callable[[int, int], tuple[Page | OpenPage, Sequence[Row]]], size: int) -> list[Row]:
    """All items, asked for page by page."""
    found: list[Row] = []
    while True:
        page, items = ask(len(found), size)
        assert (page.start, page.shown) == (len(found), len(items))
        found += items
        if not items:
            assert page.total in {None, len(found)}
            return found


@pytest.mark.parametrize("newest", [False, True])
def test_pages_of_outputs_are_all_outputs_of_the_script(
    there: Asked, desk: LedgerDesk, *, newest: bool
) -> None:
    plain = there.plain
    for place, script in enumerate(some(there)):

        def ask(start: int, limit: int, script: bytes = script) -> tuple[Page | OpenPage, Sequence[Row]]:
            found = address_page(desk, name_of(script), start=start, limit=limit, newest=newest)
            return found.page, [
                (str(o.outpoint), o.height, o.value_sat, o.spent_by, int(o.time_utc.timestamp()))
                for o in found.outputs
            ]

        wanted = [
            (outpoint, height, coin.value, plain.spent_by.get(coin.place), plain.times[height])
            for outpoint, coin, height in plain.outputs
            if coin.script == script
        ]
        assert paged(ask, 2 + place % 9) == (wanted[::-1] if newest else wanted)


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize("few", [0, history.FEW_MOVES])
def test_pages_of_transactions_are_all_that_touch_the_script(
    there: Asked, desk: LedgerDesk, monkeypatch: pytest.MonkeyPatch, few: int, *, newest: bool
) -> None:
    monkeypatch.setattr(history, "FEW_MOVES", few)
    monkeypatch.setattr(history, "FIRST_WINDOW", 2)
    for place, script in enumerate(some(there)):

        def ask(start: int, limit: int, script: bytes = script) -> tuple[Page | OpenPage, Sequence[Row]]:
            found = address_txs(desk, name_of(script), start=start, limit=limit, newest=newest)
            return found.page, [
                (str(tx.txid), tx.height, tx.received_sat, tx.spent_sat, tx.net_sat)
                for tx in found.transactions
            ]

        wanted = [
            (
                tx.txid,
                tx.height,
                tx.received(script),
                tx.spent(script),
                tx.received(script) - tx.spent(script),
            )
            for tx in there.plain.txs_of(script)
        ]
        assert paged(ask, 1 + place % 7) == (wanted[::-1] if newest else wanted)


def test_a_script_with_few_moves_has_its_transactions_counted(there: Asked, desk: LedgerDesk) -> None:
    script = busiest(there)
    assert address_txs(desk, name_of(script), limit=1).page.total == len(there.plain.txs_of(script))


def test_a_script_with_many_moves_is_not_read_to_its_end(
    there: Asked, desk: LedgerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "FEW_MOVES", 3)
    monkeypatch.setattr(history, "FIRST_WINDOW", 4)
    asked_for: list[int] = []

    def counted(snapshot: Snapshot, outputs: np.ndarray) -> np.ndarray:
        asked_for.append(len(outputs))
        return txs_of_outputs(snapshot, outputs)

    monkeypatch.setattr(history, "txs_of_outputs", counted)
    script = busiest(there)
    assert address_txs(desk, name_of(script), limit=1).page.total is None
    assert sum(asked_for) < desk.snapshot.count_script_outputs(_number(there, script)) / 2


def _number(there: Asked, script: bytes) -> int:
    number = there.snapshot.find_script(script)
    assert number is not None
    return number


class _Stepped:
    """A chain of transactions with so many outputs and inputs each, as far as `iter_txs` asks."""

    def __init__(self, outputs: Sequence[int], inputs: Sequence[int]) -> None:
        self.n_txs = len(outputs)
        self.firsts = {
            "txs.first_output": np.cumsum([0, *outputs[:-1]]).astype(np.uint64),
            "txs.first_input": np.cumsum([0, *inputs[:-1]]).astype(np.uint64),
        }


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), min_size=1, max_size=12),
    st.integers(1, 5),
    st.data(),
)
def test_windows_of_any_size_give_each_transaction_once_and_in_order(
    sizes: list[tuple[int, int]], window: int, data: st.DataObject
) -> None:
    outs, ins = ([size[side] for size in sizes] for side in (0, 1))
    made_by = [tx for tx, count in enumerate(outs) for _ in range(count)]
    part_of = [tx for tx, count in enumerate(ins) for _ in range(count)]
    credits_of = sorted(data.draw(st.sets(st.integers(0, len(made_by) - 1))))
    debits_of = sorted(data.draw(st.sets(st.integers(0, len(part_of) - 1)))) if part_of else []
    cut = data.draw(st.integers(0, len(credits_of)))
    pieces = [np.array(part, np.uint64) for part in (credits_of[:cut], credits_of[cut:])]
    moves = Moves(Ascending(tuple(pieces)), Ascending((np.array(debits_of, np.uint32),)), 0, 0)
    wanted = sorted({made_by[o] for o in credits_of} | {part_of[i] for i in debits_of})
    chain = _Stepped(outs, ins)
    with pytest.MonkeyPatch.context() as patch:
        for name, key in (("txs_of_outputs", "txs.first_output"), ("txs_of_inputs", "txs.first_input")):
            firsts = chain.firsts[key]
            patch.setattr(
                history, name, lambda _, rows, firsts=firsts: np.searchsorted(firsts, rows, "right") - 1
            )
        for newest in (False, True):
            found = [tx for txs in iter_txs(chain, moves, window, newest=newest) for tx in txs]  # type: ignore[arg-type]
            assert found == (wanted[::-1] if newest else wanted)


@pytest.mark.parametrize("every", list(Every))
def test_balances_are_what_was_received_and_not_yet_spent(
    there: Asked, desk: LedgerDesk, every: Every
) -> None:
    plain = there.plain
    tip = len(plain.times) - 1
    for place, script in enumerate(some(there)):

        def ask(start: int, limit: int, script: bytes = script) -> tuple[Page | OpenPage, Sequence[Row]]:
            found = address_balance(desk, name_of(script), every=every, start=start, limit=limit)
            return found.page, [(line.height, line.median_time_utc, line.balance_sat) for line in found.lines]

        txs = plain.txs_of(script)
        if every is Every.BLOCK:
            heights = sorted({tx.height for tx in txs})
        else:
            shape = "%Y-%m" if every is Every.MONTH else "%Y-%m-%d"
            last = {
                f"{datetime.fromtimestamp(plain.median_time(h), UTC):{shape}}": h
                for h in range(txs[0].height, tip + 1)
            }
            heights = list(last.values())
        wanted = [
            (
                height,
                datetime.fromtimestamp(plain.median_time(height), UTC),
                sum(tx.received(script) - tx.spent(script) for tx in txs if tx.height <= height),
            )
            for height in heights
        ]
        found = paged(ask, 3 + place % 8)
        assert found == wanted
        assert [row[1] for row in found] == sorted(row[1] for row in found)


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize("most", [1, 4, 10_000])
def test_neighbours_are_the_sums_over_the_transactions_looked_at(
    there: Asked, desk: LedgerDesk, most: int, *, newest: bool
) -> None:
    for place, script in enumerate(some(there)):
        txs = there.plain.txs_of(script)
        looked = txs[-most:] if newest else txs[:most]

        def ask(
            start: int, limit: int, script: bytes = script, count: int = len(txs)
        ) -> tuple[Page | OpenPage, Sequence[Row]]:
            found = address_neighbours(
                desk, name_of(script), start=start, limit=limit, most_txs=most, newest=newest
            )
            assert found.transactions == min(most, count)
            assert found.stop_reason == (Reach.TX_LIMIT if count > most else Reach.COMPLETE)
            return found.page, [
                (n.script.script, (n.from_txs, n.from_sat, n.to_txs, n.to_sat)) for n in found.neighbours
            ]

        found = paged(ask, 1 + place % 6)
        wanted = there.plain.neighbours(script, looked)
        assert dict(found) == {other.hex(): sums for other, sums in wanted.items()}
        order = there.plain.scripts()
        assert [name for name, _ in found] == [
            other.hex()
            for other in sorted(wanted, key=lambda o: (-(wanted[o][1] + wanted[o][3]), order.index(o)))
        ]


def test_a_limit_on_rows_stops_the_look_at_transactions_and_is_named(
    there: Asked, desk: LedgerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "MOST_ROWS", 9)
    script = busiest(there)
    found = address_neighbours(desk, name_of(script))
    txs = there.plain.txs_of(script)
    rows = np.cumsum([len(tx.ins) + len(tx.outs) for tx in txs])
    assert found.stop_reason is Reach.ROW_LIMIT
    assert found.transactions == np.count_nonzero(rows <= 9) < len(txs)


def test_moves_are_every_output_and_every_spend(there: Asked, desk: LedgerDesk) -> None:
    for script in there.plain.scripts():
        places = [coin.place for _, coin, _ in there.plain.outputs if coin.script == script]
        moves = moves_of_script(desk, _number(there, script))
        assert moves.credits.slice(0, len(places) + 1).tolist() == places
        spent = sorted(there.plain.spent_by[place] for place in places if place in there.plain.spent_by)
        debits = moves.debits.slice(0, len(spent) + 1).tolist()
        assert sorted(desk.input_name(number) for number in debits) == spent
        assert debits == sorted(debits)
        values = [coin.value for _, coin, _ in there.plain.outputs if coin.script == script]
        left = [
            value for place, value in zip(places, values, strict=True) if place not in there.plain.spent_by
        ]
        assert (moves.received_sat, moves.balance_sat, moves.unspent) == (sum(values), sum(left), len(left))
