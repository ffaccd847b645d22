"""Check a bundle with the program that goes into every bundle: the one here, not the one in the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.evidence import verify
from cointrail.evidence.bag import require_new


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
        BadInput: it is no bundle, there is no such key file, or that folder is there already.
    """
    if not (folder / "bagit.txt").is_file():
        raise BadInput(f"`{folder}` holds no bagit.txt: it is no bundle", hint="name the bundle's own folder")
    if key_file is not None and not key_file.is_file():
        raise BadInput(f"`{key_file}` is not a file", hint="name the signer's public key")
    if tables is not None:
        require_new(tables)
    bundle = verify.Bundle(folder, key_file)
    answers = verify.verify(bundle)
    if tables is not None:
        answers.append(bundle.write_tables(tables))
    return Verified(tuple(Answered(question, answer, tuple(found)) for question, answer, found in answers))
