"""The signature of a bundle as a job checks it: against the key that is given, never against what is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cointrail.evidence.check import LONGEST_KEY
from cointrail.evidence.signing import make_keys
from cointrail.jobs.archive import zip_folder
from cointrail.jobs.shop import Shop
from cointrail.jobs.work_folder import WorkFolder
from support.api_client import API, demo_app, signed_in
from support.bundles import REFERENCE, SignedBundle, signed_bundle
from support.command_line import cointrail
from support.demo_world import DemoFolder
from support.forgeries import SIGNED
from support.job_shops import queue_in, shop_in, work_once
from support.kept_cases import kept_case

MADE = "20260301000000000000-0000"
"""The job that seems to have made the bundle."""


@pytest.fixture(scope="module", name="bundle")
def _bundle(tmp_path_factory: pytest.TempPathFactory, demo: DemoFolder) -> SignedBundle:
    return signed_bundle(tmp_path_factory, demo)


@pytest.fixture(scope="module", name="shop")
def _shop(tmp_path_factory: pytest.TempPathFactory, demo: DemoFolder, bundle: SignedBundle) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    shop = shop_in(folder, demo.store, str(kept_case(tmp_path_factory, demo, folder)))
    files = WorkFolder(shop.work).job_folder(MADE)
    files.mkdir(parents=True)
    zip_folder(bundle.folder, files / f"{REFERENCE}-bundle.zip", f"{REFERENCE}-bundle")
    return shop


@pytest.fixture(scope="module", name="client")
def _client(demo: DemoFolder, shop: Shop) -> Iterator[TestClient]:
    with signed_in(demo_app(demo, shop)) as client:
        yield client


def _ask(client: TestClient, **options: object) -> Any:
    ask = {"kind": "bundle_verify", "case": REFERENCE, "options": {"job": MADE, **options}}
    return client.post(f"{API}/jobs", json=ask)


def _signature(client: TestClient, shop: Shop, **options: object) -> tuple[str, str]:
    """The answer about the signature, and what was found."""
    asked = _ask(client, **options)
    assert asked.status_code == 202, asked.text
    work_once(shop)
    job = client.get(f"{API}/jobs/{asked.json()['id']}").json()
    assert job["state"] == "done", job["problem"]
    answers = {one["question"]: one for one in job["result"]["summary"]["answers"]}
    (found,) = answers[SIGNED]["found"]
    return answers[SIGNED]["answer"], found


def test_the_key_of_the_signer_shows_that_the_signature_is_right(
    client: TestClient, shop: Shop, bundle: SignedBundle
) -> None:
    answer, found = _signature(client, shop, key=bundle.public.read_text("utf-8"))
    assert answer == "HOLDS"
    assert REFERENCE in found


def test_the_key_of_somebody_else_shows_that_it_is_not(
    client: TestClient, shop: Shop, tmp_path: Path
) -> None:
    make_keys(tmp_path / "other.key", tmp_path / "other.pub")
    answer, found = _signature(client, shop, key=(tmp_path / "other.pub").read_text("utf-8"))
    assert answer == "FAILS"
    assert "signed by another key" in found


def test_without_a_key_it_is_said_that_none_was_given(client: TestClient, shop: Shop) -> None:
    answer, found = _signature(client, shop)
    assert answer == "NOT CHECKED"
    assert "public key was not given" in found


NO_KEYS: dict[str, tuple[Callable[[str], str], str]] = {
    "cut": (lambda key: key[:-8], "that is no key"),
    "one line": (lambda key: key.splitlines()[1], "that is no key"),
    "more lines": (lambda key: f"{key}\n{key}", "that is no key"),
    "nothing": (lambda _: "", "0 characters"),
    "too long": (lambda key: key + " " * LONGEST_KEY, f"at most {LONGEST_KEY}"),
    "no letters of base64": (lambda key: f"{key.splitlines()[0]}\né", "that is no key"),
}


@pytest.mark.parametrize("kind", NO_KEYS)
def test_what_is_no_key_is_refused_before_a_job_is_made(
    client: TestClient, shop: Shop, bundle: SignedBundle, kind: str
) -> None:
    make, says = NO_KEYS[kind]
    with queue_in(shop) as queue:
        before = queue.part(case=None, start=0, limit=100).jobs
        refused = _ask(client, key=make(bundle.public.read_text("utf-8")))
        assert (refused.status_code, says in refused.json()["detail"]) == (422, True), refused.text
        assert queue.part(case=None, start=0, limit=100).jobs == before


@pytest.mark.parametrize("name", ["secret", "signature"])
def test_another_text_of_minisigns_is_named_and_never_repeated(
    client: TestClient, bundle: SignedBundle, name: str
) -> None:
    files = {"secret": bundle.secret, "signature": bundle.folder / "tagmanifest-sha256.txt.minisig"}
    text = files[name].read_text("utf-8")
    refused = _ask(client, key=text)
    assert f"but a {name}" in refused.json()["detail"]
    assert text.splitlines()[1][:20] not in refused.text


def test_the_command_refuses_such_a_file_instead_of_failing_the_bundle(bundle: SignedBundle) -> None:
    done = cointrail("verify", bundle.folder, "--key", bundle.secret)
    assert done.code == 2
    assert "but a secret key" in done.err
