"""The API over the demo's store: says what the library says, to those who may ask; never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html import unescape

import pytest
from starlette.testclient import TestClient

from cointrail.api.guard import COOKIE, MOST_BODY, MOST_UNKNOWN, Guard, Sessions
from cointrail.api.shapes import MOST_EXACT, exact
from cointrail.lookups.views import Totals
from cointrail.workbench import LookupBench
from support.api_client import API, BASE, HOST, TOKEN, demo_app, signed_in
from support.demo_world import DemoFolder


@pytest.fixture(scope="module", name="app")
def _app(demo: DemoFolder) -> Guard:
    return demo_app(demo)


@pytest.fixture(name="client")
def _client(app: Guard) -> Iterator[TestClient]:
    with signed_in(app) as client:
        yield client


@pytest.fixture(name="stranger")
def _stranger(app: Guard) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


# -- what it says


def test_an_address_is_told_as_the_library_tells_it(demo: DemoFolder, client: TestClient) -> None:
    name = demo.seeds()[0]
    told = client.get(f"{API}/addresses/{name}", params={"limit": 3}).json()
    next_page = told.pop("next_page")
    assert told == exact(LookupBench(demo.store).show_address(name, tags=[demo.tags], limit=3))
    assert (next_page is None) == (told["page"]["total"] <= 3)


def test_pages_together_are_the_whole_list(demo: DemoFolder, client: TestClient) -> None:
    name = demo.seeds()[0]
    path = f"{API}/clusters/{name}/payments"
    whole = client.get(path, params={"limit": 1000}).json()["payments"]
    seen, page = [], None
    while True:
        told = client.get(path, params={"limit": 7, **({"page": page} if page else {})}).json()
        seen += told["payments"]
        page = told["next_page"]
        if page is None:
            break
    assert seen == whole
    assert len(whole) > 7


def test_a_page_token_of_another_list_is_refused(demo: DemoFolder, client: TestClient) -> None:
    name = demo.seeds()[0]
    token = client.get(f"{API}/clusters/{name}/payments", params={"limit": 1}).json()["next_page"]
    for path, page in (
        (f"{API}/clusters/{name}", token),
        (f"{API}/clusters/{name}/payments", token[:-4] + "AAAA"),
    ):
        refused = client.get(path, params={"page": page})
        assert refused.status_code == 422
        assert refused.json()["type"] == "urn:cointrail:error:bad_input"


def test_a_trace_needs_a_policy_and_ends_every_branch(demo: DemoFolder, client: TestClient) -> None:
    seed = demo.payments()[0]["outpoint"]
    ask = {"seeds": [seed], "direction": "forward", "policies": []}
    assert client.post(f"{API}/traces", json=ask).status_code == 422
    told = client.post(f"{API}/traces", json={**ask, "policies": ["fifo"]}).json()
    assert sum(line["sat"]["fifo"] for line in told["stops"]) == told["traced_sat"]


def test_each_pasted_line_gets_a_verdict(demo: DemoFolder, client: TestClient) -> None:
    payment = demo.payments()[0]
    txid = payment["outpoint"][:64]
    lines = {
        payment["address"]: "address",
        f"bitcoin:{payment['address']}?amount=0.1": "address",
        f'"{payment["outpoint"]}",': "outpoint",
        f"https://explorer.example/tx/{txid}": "transaction",
        "7": "block",
        "Block #7": "block",
        "not a name": "unknown",
        "9" * 30: "block",
        "0" * 64: "transaction",
    }
    told = client.post(f"{API}/search", json={"lines": list(lines)}).json()["lines"]
    assert [line["thing"] for line in told] == list(lines.values())
    assert [line["found"] for line in told] == [True] * 6 + [False] * 3
    assert all(line["says"] for line in told if not line["found"])


def test_sums_of_a_table_are_of_all_rows_that_pass_the_filter(demo: DemoFolder, client: TestClient) -> None:
    rows = demo.payments()
    least = sorted(int(row["value_sat"]) for row in rows)[len(rows) // 2]
    kept = [int(row["value_sat"]) for row in rows if int(row["value_sat"]) >= least]
    ask = {
        "filters": [{"column": "value_sat", "how": "at_least", "text": str(least)}],
        "order": [{"column": "value_sat", "descending": True}],
        "limit": 2,
    }
    told = client.post(f"{API}/cases/demo/tables/payments", json=ask).json()
    place = [column["name"] for column in told["columns"]].index("value_sat")
    assert told["page"]["total"] == len(kept) < told["all_rows"] == len(rows)
    assert sum(one["rows"] for one in told["sums"]) == len(kept)
    assert sum(one["sums_sat"]["value_sat"] for one in told["sums"]) == sum(kept)
    assert [int(row[place]) for row in told["rows"]] == sorted(kept, reverse=True)[:2]


def test_months_of_a_case_add_up_to_its_payments_and_leave_none_out(client: TestClient) -> None:
    months = client.get(f"{API}/cases/demo/months").json()["months"]
    payments = client.get(f"{API}/cases/demo").json()["summary"]["payments"]
    assert sum(one["payments"] for one in months) == payments["count"]
    assert sum(one["value_sat"] for one in months) == int(payments["value_sat"])
    rounded = sum(Decimal(one["value"]) for one in months) - Decimal(
        payments["fiat_at_payment_time"]["value"]
    )
    assert abs(rounded) <= Decimal("0.005") * payments["count"]
    numbers = [12 * int(one["month"][:4]) + int(one["month"][5:]) for one in months]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))


def test_a_rule_s_examples_are_drawn_and_no_more_than_there_are(client: TestClient) -> None:
    page = client.get(f"{API}/rules/common_input").json()
    first = client.get(f"{API}/rules/common_input/examples/1")
    assert first.headers["content-type"] == "image/svg+xml"
    assert f"{page['name']}: {page['examples'][0]['says']}" in unescape(first.text)
    beyond = len(page["examples"]) + 1
    assert client.get(f"{API}/rules/common_input/examples/{beyond}").status_code == 404


def test_a_day_as_the_upper_end_takes_in_all_of_it(demo: DemoFolder, client: TestClient) -> None:
    rows = demo.payments()
    day = sorted(row["time_utc"] for row in rows)[len(rows) // 2][:10]
    wanted = sum(row["time_utc"][:10] <= day for row in rows)
    ask = {"filters": [{"column": "time_utc", "how": "at_most", "text": day}], "limit": 1}
    assert client.post(f"{API}/cases/demo/tables/payments", json=ask).json()["page"]["total"] == wanted


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("addresses/nonsense", 422),
        ("addresses/script:51", 404),
        ("transactions/" + "0" * 64, 404),
        ("blocks/99999999", 404),
        ("blocks/1x", 422),
        ("clusters/99999999999999999999", 422),
        ("rules/no.such", 404),
        ("cases/none", 404),
        ("nothing", 404),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_words(client: TestClient, path: str, status: int) -> None:
    told = client.get(f"{API}/{path}")
    assert told.status_code == status
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["status"] == status
    assert told.json()["detail"]


def test_satoshi_beyond_what_readers_keep_exactly_are_texts() -> None:
    told = exact(Totals(1, 1, MOST_EXACT, MOST_EXACT + 1, -1))
    assert told["received_sat"] == MOST_EXACT
    assert told["spent_sat"] == str(MOST_EXACT + 1)


# -- who may ask


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer another"}, 401),
        ({"authorization": "Basic " + TOKEN}, 401),
        ({"cookie": f"{COOKIE}=another"}, 401),
        ({"cookie": f'{COOKIE}="\x01'}, 401),
        ({"host": "attacker.example", "authorization": f"Bearer {TOKEN}"}, 421),
        ({"host": f"{HOST}.attacker.example", "authorization": f"Bearer {TOKEN}"}, 421),
        ({"origin": "https://attacker.example", "authorization": f"Bearer {TOKEN}"}, 403),
        ({"origin": "null", "authorization": f"Bearer {TOKEN}"}, 403),
        ({"sec-fetch-site": "cross-site", "authorization": f"Bearer {TOKEN}"}, 403),
        ({"sec-fetch-site": "same-site", "authorization": f"Bearer {TOKEN}"}, 403),
        ({"origin": BASE, "sec-fetch-site": "same-origin", "authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_only_this_page_and_who_has_the_token_may_ask(
    stranger: TestClient, headers: dict[str, str], status: int
) -> None:
    told = stranger.get(f"{API}/status", headers=headers)
    assert told.status_code == status
    assert told.headers["content-security-policy"].startswith("default-src 'none'")
    assert told.headers["cache-control"] == "no-store"


def test_a_session_begins_with_the_token_and_ends_when_told(stranger: TestClient) -> None:
    assert stranger.post(f"{API}/session", json={"token": "another"}).status_code == 401
    begun = stranger.post(f"{API}/session", json={"token": TOKEN})
    cookie = begun.headers["set-cookie"]
    assert all(word in cookie for word in (COOKIE, "Secure", "HttpOnly", "SameSite=strict", "Path=/"))
    session = {"cookie": cookie.partition(";")[0]}
    assert stranger.get(f"{API}/status", headers=session).status_code == 200
    stranger.delete(f"{API}/session", headers=session)
    assert stranger.get(f"{API}/status", headers=session).status_code == 401


def test_a_session_is_over_after_its_time() -> None:
    now = [0.0]
    sessions = Sessions(TOKEN, clock=lambda: now[0])
    session = sessions.begin(TOKEN)
    assert session is not None
    assert sessions.holds(session)
    now[0] = 13 * 3600.0
    assert not sessions.holds(session)


def test_a_body_that_is_too_large_is_refused_also_without_its_length(client: TestClient) -> None:
    large = b" " * (MOST_BODY + 1)
    headers = {"content-type": "application/json"}
    assert client.post(f"{API}/search", content=large, headers=headers).status_code == 413
    parts = (large[start : start + (1 << 20)] for start in range(0, len(large), 1 << 20))
    assert client.post(f"{API}/search", content=parts, headers=headers).status_code == 413


def test_who_has_no_session_can_fill_no_memory(stranger: TestClient) -> None:
    headers = {"content-type": "application/json"}
    large = b'{"token": "' + b"x" * MOST_UNKNOWN + b'"}'
    for path in (f"{API}/session", "/"):
        assert stranger.post(path, content=large, headers=headers).status_code == 413
        assert stranger.post(path, content=iter([large] * 2), headers=headers).status_code == 413
    assert stranger.post(f"{API}/session", json={"token": TOKEN}).status_code == 204


# -- what it bounds


def test_a_past_height_is_looked_for_within_a_bound(demo: DemoFolder, client: TestClient) -> None:
    tip = client.get(f"{API}/status").json()["store"]["tip"]["height"]
    path, height = f"{API}/clusters/{demo.seeds()[0]}", {"at": tip}
    told = client.get(path, params=height)
    assert told.status_code == 200
    refused = client.get(path, params={**height, "most_outputs": 1})
    assert refused.status_code == 422
    assert refused.json()["facts"]["most_outputs"] == 1
    enough = refused.json()["facts"]["outputs"]
    assert client.get(path, params={**height, "most_outputs": enough}).json() == told.json()


def test_a_proof_is_told_whole_or_refused(demo: DemoFolder, client: TestClient) -> None:
    members = client.get(f"{API}/clusters/{demo.seeds()[0]}", params={"limit": 100}).json()["members"]
    names = [one["address"] for one in members]
    asked = [{"a": names[0], "b": other} for other in names[1:]]
    told = next(
        (ask, found)
        for ask in asked
        if len((found := client.post(f"{API}/explanations", json=ask).json())["steps"]) > 1
    )
    steps = len(told[1]["steps"])
    whole = client.post(f"{API}/explanations", json={**told[0], "most_steps": steps})
    assert whole.json() == told[1]
    refused = client.post(f"{API}/explanations", json={**told[0], "most_steps": steps - 1})
    assert refused.status_code == 422
    assert refused.json()["facts"] == {"steps": steps, "most_steps": steps - 1}
