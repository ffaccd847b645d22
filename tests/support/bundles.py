"""The bundle of the small demo's case, signed, and ways to spoil one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cointrail.evidence import verify
from cointrail.evidence.signing import make_keys
from cointrail.journal.acts import (
    CaseOpened,
    ExhibitTaken,
    FindingKind,
    FindingStated,
    NoteAdded,
    RequestKind,
    RequestMade,
    SeedGiven,
    SeedsAdded,
)
from cointrail.journal.book import CaseBook, Deed
from cointrail.journal.place import FilePlace
from cointrail.journal.sql_keeper import SqlKeeper
from cointrail.workbench import BundleAsk, Workbench, journal_files
from support.demo_world import DemoFolder
from support.once import build_once

REFERENCE = "DEMO-1"
PRIVATE_NOTE = "Ask the informant again."


@dataclass(frozen=True, slots=True)
class SignedBundle:
    """A bundle and the keys of its signer."""

    path: Path
    """nobody writes into it"""

    @property
    def folder(self) -> Path:
        """The bag."""
        return self.path / "bundle"

    @property
    def secret(self) -> Path:
        """The signer's secret key, without a password."""
        return self.path / "signer.key"

    @property
    def cases(self) -> Path:
        """The database of the case whose journal is in it."""
        return self.path / "cases.db"

    @property
    def ask(self) -> BundleAsk:
        """How it was packed."""
        return BundleAsk(key_file=self.secret, journal=journal_files(REFERENCE, str(self.cases)))

    @property
    def public(self) -> Path:
        """The signer's public key."""
        return self.path / "signer.pub"


def signed_bundle(factory: pytest.TempPathFactory, demo: DemoFolder) -> SignedBundle:
    """The bundle of the demo's case; the first who asks makes it."""

    def make(out: Path) -> None:
        bundle = SignedBundle(out)
        out.mkdir(parents=True, exist_ok=True)
        make_keys(bundle.secret, bundle.public)
        keep_case(bundle.cases)
        Workbench(demo.store).bundle_case(demo.case, demo.blocks, bundle.folder, bundle.ask)

    return SignedBundle(build_once(factory, "signed-bundle", make))


def keep_case(path: Path) -> None:
    """A kept case with an exhibit, a finding on it, and notes that are nobody else's business."""
    day = datetime(2026, 4, 17, 9, 30, tzinfo=UTC)
    deeds = [
        Deed(SeedsAdded(seeds=(SeedGiven("address", "bcrt1qseed", "the order"),))),
        Deed(NoteAdded(text=PRIVATE_NOTE)),
        Deed(
            ExhibitTaken(title="the tip", request={"command": "status"}, basis={"tip": 1}, size=9),
            why="what the case stands on",
            result=b'{"tip":1}',
        ),
        Deed(FindingStated(text="The chain has a tip.", kind=FindingKind.FACT, exhibits=(1,))),
        Deed(RequestMade(exchange="Juniper Row", jurisdiction="unknown", kind=RequestKind.FREEZE)),
    ]
    with SqlKeeper(FilePlace(path)) as keeper:
        book = CaseBook(keeper, who="Inspector Ü. Ödegård", now=lambda: day)
        book.open_case(CaseOpened(reference=REFERENCE, legal_basis="an order", network="regtest"), deeds)


@contextmanager
def copied(bundle: Path, into: Path) -> Iterator[Path]:
    """A copy to spoil; it is removed afterwards."""
    shutil.copytree(bundle, into)
    try:
        yield into
    finally:
        shutil.rmtree(into)


def rehash(bundle: Path) -> None:
    """Make the manifests fit what is there, as a forger without the key can."""
    data = sorted(path for path in (bundle / "data").rglob("*") if path.is_file())
    for kind in ("sha256", "sha512"):
        lines = [
            f"{hashlib.new(kind, path.read_bytes()).hexdigest()}  {path.relative_to(bundle).as_posix()}\n"
            for path in data
        ]
        (bundle / f"manifest-{kind}.txt").write_text("".join(lines))
    info = (bundle / "bag-info.txt").read_text("utf-8").splitlines(keepends=True)[:-1]
    size = sum(path.stat().st_size for path in data)
    (bundle / "bag-info.txt").write_text("".join([*info, f"Payload-Oxum: {size}.{len(data)}\n"]), "utf-8")
    tags = [
        f"{hashlib.sha256((bundle / name).read_bytes()).hexdigest()}  {name}\n" for name in verify.TAG_FILES
    ]
    (bundle / verify.SIGNED).write_text("".join(tags))


def failing(bundle: Path, key: Path | None = None) -> list[str]:
    """The questions that a bundle fails."""
    return [
        question
        for question, answer, _ in verify.verify(verify.Bundle(bundle, key))
        if answer == verify.FAILS
    ]


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Rewrite a text."""
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, "utf-8")
