"""What SQL says is what the Python API says, and what the chain says read plainly."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from cointrail.analytics.answer import answer
from cointrail.analytics.derived import FUNCTIONS, NOTHING, SPENDER, Derived
from cointrail.analytics.sandbox import Sandbox
from cointrail.analytics.tables import ASKED, columns_of, number_name
from cointrail.chain.address import encode_address
from cointrail.chain.script import classify
from cointrail.chain.view import InputMarks
from cointrail.errors import BadQuery
from cointrail.lookups.balance import address_balance
from cointrail.lookups.ledger import LedgerDesk
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot
from cointrail.store.schema import NOT_YET
from support.blocks_writer import write_files
from support.kernel_chain import random_branch
from support.query_stores import Asked
from support.store_files import scratch


def rows(box: Sandbox, query: str) -> list[tuple[Any, ...]]:
    return list(answer(box, query, None).rows)


def test_every_stored_value_comes_out_as_it_lies_in_the_store(there: Asked, box: Sandbox) -> None:
    for table in ASKED:
        for spec in columns_of(table):
            if spec.key == "outputs.spent_by":
                continue
            number = number_name(table)
            found = rows(box, f'SELECT {number}, "{spec.name}" FROM {table} ORDER BY {number}')
            stored = there.snapshot.column(spec.key).all()
            values = stored.tolist() if spec.width == 1 else [row.tobytes().hex() for row in stored]
            assert found == list(enumerate(values))


def test_what_is_spent_is_what_the_reader_says_is_spent(there: Asked, box: Sandbox) -> None:
    wanted = there.snapshot.spent_by_many(np.arange(there.snapshot.n_outputs, dtype=np.uint64))
    said = [None if number == NOT_YET else number for number in wanted.tolist()]
    assert [row[0] for row in rows(box, "SELECT spent_by FROM outputs ORDER BY output")] == said
    spent = [bool(place in there.plain.spent_by) for place in range(there.snapshot.n_outputs)]
    assert [number is not None for number in said] == spent


def test_unspent_value_adds_up(there: Asked, box: Sandbox) -> None:
    left = [coin.value for _, coin, _ in there.plain.outputs if coin.place not in there.plain.spent_by]
    assert rows(box, "SELECT count(*), sum(value) FROM outputs WHERE spent_by IS NULL") == [
        (len(left), sum(left))
    ]


def test_rows_know_their_transaction_and_its_block(there: Asked, box: Sandbox) -> None:
    made = [(tx.txid, tx.height) for tx in there.plain.txs for _ in tx.outs]
    spent = [(tx.txid, tx.height) for tx in there.plain.txs for _ in tx.ins]
    for table, wanted in (("outputs", made), ("inputs", spent)):
        found = rows(
            box, f"SELECT id_text(txid), block FROM {table} JOIN txs USING (tx) ORDER BY {table[:-1]}"
        )
        assert found == wanted
        assert [
            row[0] for row in rows(box, f"SELECT block_of_tx(tx) FROM {table} ORDER BY {table[:-1]}")
        ] == [height for _, height in wanted]


def test_what_inputs_spend_joins_to_their_outputs(there: Asked, box: Sandbox) -> None:
    query = "SELECT i.tx, sum(o.value) FROM inputs i JOIN outputs o USING (output) GROUP BY 1 ORDER BY 1"
    wanted = [(number, sum(c.value for c in tx.ins)) for number, tx in enumerate(there.plain.txs) if tx.ins]
    assert rows(box, query) == wanted


def test_times_are_utc_and_those_of_the_headers(there: Asked, box: Sandbox) -> None:
    found = rows(box, "SELECT time_utc, median_time_utc, block_time(block) FROM blocks ORDER BY block")
    times = [datetime.fromtimestamp(when, UTC) for when in there.plain.times]
    medians = [datetime.fromtimestamp(there.plain.median_time(h), UTC) for h in range(len(times))]
    assert found == [(a, b, a) for a, b in zip(times, medians, strict=True)]
    assert all(row[0].utcoffset().total_seconds() == 0 for row in found)


def test_text_leads_to_numbers_and_numbers_to_text(there: Asked, box: Sandbox) -> None:
    network = there.snapshot.network
    for number, script in list(enumerate(there.plain.scripts()))[::9]:
        address = encode_address(script, network)
        assert rows(box, f"SELECT address_of({number}), script_hex({number})") == [(address, script.hex())]
        assert rows(box, f"SELECT find_script('{address or script.hex()}')") == [(number,)]
    outpoint, coin, _ = there.plain.outputs[-1]
    txid = outpoint.partition(":")[0]
    assert rows(box, f"SELECT find_output('{outpoint}'), find_tx('{txid}')") == [
        (coin.place, len(there.plain.txs) - 1)
    ]
    assert rows(
        box, f"SELECT id_text(txid), txid = id_bytes('{txid}') FROM txs WHERE tx = find_tx('{txid}')"
    ) == [(txid, True)]


def test_what_is_not_there_is_null(there: Asked, box: Sandbox) -> None:
    far = 1 << 50
    asked = ", ".join(f"{one.name}({far}), {one.name}(NULL)" for one in FUNCTIONS)
    texts = f"address_of({far}), address_of(NULL), script_hex({far}), find_tx(NULL), find_tx('{'ab' * 32}')"
    found = rows(box, f"SELECT {asked}, {texts}, find_script('6a'), find_output('{'ab' * 32}:0')")
    assert set(found[0]) == {None}


def test_a_text_that_cannot_be_read_is_said_in_one_message(box: Sandbox) -> None:
    with pytest.raises(BadQuery, match="`abcd` is not a transaction id") as refused:
        rows(box, "SELECT find_tx('abcd')")
    assert refused.value.hint == "copy the whole id"
    assert rows(box, "SELECT 1") == [(1,)]


def test_words_stand_for_stored_numbers(there: Asked, box: Sandbox) -> None:
    found = rows(box, "SELECT type_name(type), count(*) FROM scripts GROUP BY 1")
    assert dict(found) == Counter(classify(script).label for script in there.plain.scripts())
    marks = there.snapshot.column("inputs.marks").all().tolist()
    said = [row[0] for row in rows(box, "SELECT mark_names(marks) FROM inputs ORDER BY input")]
    assert said == [list(InputMarks(mark).labels) for mark in marks]


def test_a_balance_in_sql_is_the_balance_of_the_look_up(there: Asked, box: Sandbox) -> None:
    desk = LedgerDesk(there.snapshot)
    for number, script in list(enumerate(there.plain.scripts()))[::25]:
        last = address_balance(desk, f"script:{script.hex()}", limit=10_000).lines[-1]
        query = f"SELECT coalesce(sum(value), 0) FROM outputs WHERE script = {number} AND spent_by IS NULL"
        assert rows(box, query) == [(last.balance_sat,)]


@pytest.mark.parametrize("one", FUNCTIONS, ids=lambda one: one.name)
def test_functions_of_rows_in_any_order_are_those_of_single_rows(there: Asked, one: Derived) -> None:
    total = there.snapshot.manifest.rows(one.table)
    rng = random.Random(total)
    for count in (0, 1, 3, 50, 700):
        asked = np.array([rng.randrange(total + 3) for _ in range(count)], np.uint64)
        single = [int(one.of(there.snapshot, asked[at : at + 1])[0]) for at in range(count)]
        assert one.of(there.snapshot, asked).tolist() == single
        if one is not SPENDER:
            assert [number == NOTHING for number in single] == [number >= total for number in asked.tolist()]


def test_a_query_of_an_older_state_sees_no_later_spend() -> None:
    """Marks of spends are written into settled columns while readers hold an older tip."""
    branch = random_branch(161, 230, busy=120)
    query = "SELECT count(*), count(spent_by), sum(spent_by) FROM outputs"
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [branch.stored])
        with BlocksDirectory(blocks, to=140) as source:
            ingest(folder / "store", source)
        with open_snapshot(folder / "store") as snapshot, Sandbox(snapshot) as box:
            before = rows(box, query)
            with BlocksDirectory(blocks) as source:
                ingest(folder / "store", source)
            assert rows(box, query) == before
        with open_snapshot(folder / "store") as snapshot, Sandbox(snapshot) as box:
            assert rows(box, query) != before
