"""Check a bundle with the program that goes into every bundle: the one here, not the one in the bundle."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.evidence import standards, verify
from cointrail.evidence.bag import require_new

LONGEST_KEY = 2_000
"""Characters of a public key's file: a comment, of which minisign reads 1,024 bytes, and 56 of the key."""
_KINDS = {(b"Ed", 158): "a secret key, which nobody else may see", (b"ED", 74): "a signature"}
"""Other texts of minisign's, by how the bytes of their second line begin and how many there are."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question about a bundle, its answer (`HOLDS`, `FAILS`, `NOT CHECKED`), and what was found."""

    question: str
    answer: str
    found: tuple[str, ...]

    @property
    def fails(self) -> bool:
        """Whether something is not as the bundle says."""
        return self.answer == verify.FAILS


@dataclass(frozen=True, slots=True)
class Verified:
    """Every question about a bundle with its answer, and what no program can prove from blocks."""

    answers: tuple[Answered, ...]
    not_proven: tuple[str, ...] = verify.NOT_PROVEN

    @property
    def fails(self) -> bool:
        """Whether something is not as the bundle says."""
        return any(one.fails for one in self.answers)


def verify_bundle(folder: Path, key_file: Path | None = None, tables: Path | None = None) -> Verified:
    """Answer every question about a bundle.

    Args:
        folder: that holds bagit.txt.
        key_file: the public key of the signer, in minisign's form.
        tables: a new folder to write the tables to, with texts and paths in full, where they are right.

    Raises:
        BadInput: it is no bundle, the key file is no public key, or that folder is there already.
    """
    if not (folder / "bagit.txt").is_file():
        raise BadInput(f"`{folder}` holds no bagit.txt: it is no bundle", hint="name the bundle's own folder")
    if key_file is not None:
        _require_key_file(key_file)
    if tables is not None:
        require_new(tables)
    bundle = verify.Bundle(folder, key_file)
    answers = verify.verify(bundle)
    if tables is not None:
        answers.append(bundle.write_tables(tables))
    return Verified(tuple(Answered(question, answer, tuple(found)) for question, answer, found in answers))


def require_public_key(text: str, given: str) -> None:
    """Let nothing pass for a public key that is none: the bundle would seem to be at fault.

    Args:
        text: what is said to be one: two lines, as `minisign -G` writes them.
        given: what it is called in the error, which repeats nothing of the text.

    Raises:
        BadInput: it is no public key in minisign's form.
    """
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    raw = _decoded(lines[1]) if len(lines) > 1 else b""
    if len(lines) == 2 and (raw[:2], len(raw)) == (b"Ed", 42):
        return
    kind = _KINDS.get((raw[:2], len(raw)), f"a text of {len(text):,} characters that is no key")
    raise BadInput(
        f"{given} is not the public key of a signer but {kind}",
        hint="give both lines of the public key that `minisign -G` wrote for the signer, as in `signer.pub`",
    )


def _decoded(line: str) -> bytes:
    try:
        return standards.unpacked(line)
    except (standards.Fault, binascii.Error, ValueError):
        return b""


def _require_key_file(path: Path) -> None:
    if not path.is_file():
        raise BadInput(f"`{path}` is not a file", hint="name the signer's public key")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"`{path}` cannot be read: {error}", hint="name the signer's public key") from None
    require_public_key(text, f"`{path}`")
