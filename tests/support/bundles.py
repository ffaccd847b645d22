"""The bundle of the small demo's case, signed, and ways to spoil one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import minisign
import pytest

from cointrail.evidence import verify
from cointrail.workbench import Workbench
from support.demo_world import DemoFolder
from support.once import build_once


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
    def public(self) -> Path:
        """The signer's public key."""
        return self.path / "signer.pub"


def signed_bundle(factory: pytest.TempPathFactory, demo: DemoFolder) -> SignedBundle:
    """The bundle of the demo's case; the first who asks makes it."""

    def make(out: Path) -> None:
        bundle = SignedBundle(out)
        out.mkdir(parents=True, exist_ok=True)
        write_keys(bundle.secret, bundle.public)
        Workbench(demo.store).bundle_case(demo.case, demo.blocks, bundle.folder, key_file=bundle.secret)

    return SignedBundle(build_once(factory, "signed-bundle", make))


def write_keys(secret: Path, public: Path) -> None:
    """A fresh pair of keys."""
    pair = minisign.KeyPair.generate()
    secret.write_bytes(bytes(pair.secret_key) + b"\n")
    public.write_bytes(bytes(pair.public_key) + b"\n")


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
    return [question for question, answer, _ in verify.verify(bundle, key) if answer == verify.FAILS]


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Rewrite a text."""
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, "utf-8")
