"""A folder in BagIt's form: every archive can check it with `sha256sum -c`. Source: RFC 8493.

The same contents give the same bytes: nothing of the day, the machine or the user goes in.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.store.manifest import sync_folder

_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

TAG_MANIFEST = "tagmanifest-sha256.txt"
"""It covers the manifests, and through them everything: this file is what gets signed."""


Seal = Callable[[bytes], Mapping[str, bytes]]
"""Given the tag manifest, makes files that stand beside it: a signature, receipts."""

Check = Callable[[Path], None]
"""Given a whole bag that nobody sees yet, raises what is wrong with it."""


def write_bag(
    folder: Path,
    payload: Mapping[str, bytes],
    info: Iterable[tuple[str, str]],
    seal: Seal | None = None,
    check: Check | None = None,
) -> None:
    """Write a bag, whole, sealed and checked or not at all.

    Args:
        folder: must not be there yet.
        payload: contents by path below `data/`, with `/` between parts.
        info: lines of bag-info.txt, in order; the size of the payload is added.
        seal: makes the files that cover the bag from outside, by name.
        check: looks at the bag before it is there for others.

    Raises:
        BadInput: the folder is there, or cannot be written.
    """
    require_new(folder)
    files = {f"data/{name}": data for name, data in payload.items()}
    files |= _tag_files(files, info)
    if seal is not None:
        files |= seal(files[TAG_MANIFEST])
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".bundle-", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        for name, data in files.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            _write(draft / name, data)
        if check is not None:
            check(draft)
        draft.chmod(0o755)
        draft.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def require_new(folder: Path) -> None:
    """Refuse a folder that is there.

    Raises:
        BadInput: it is.
    """
    if folder.exists() or folder.is_symlink():
        raise BadInput(f"`{folder}` is there already", hint="name a new folder", path=str(folder))


def _tag_files(files: Mapping[str, bytes], info: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    oxum = f"{sum(map(len, files.values()))}.{len(files)}"
    lines = [*info, ("Payload-Oxum", oxum)]
    tags = {
        "bagit.txt": _DECLARATION.encode(),
        "bag-info.txt": "".join(f"{name}: {' '.join(text.split())}\n" for name, text in lines).encode(),
        **{f"manifest-{kind}.txt": _manifest(files, kind) for kind in ("sha256", "sha512")},
    }
    return {**tags, TAG_MANIFEST: _manifest(tags, "sha256")}


def _manifest(files: Mapping[str, bytes], kind: str) -> bytes:
    return "".join(
        f"{hashlib.new(kind, data).hexdigest()}  {name}\n" for name, data in sorted(files.items())
    ).encode()


def sync_write(path: Path, data: bytes) -> None:
    """Put a file beside a bag's own, or in the place of the one that is there.

    Raises:
        BadInput: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        _write(fresh, data)
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        fresh.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _unwritable(folder: Path, error: OSError) -> BadInput:
    return BadInput(
        f"cannot write the bundle to `{folder}`: {error.strerror or error}",
        hint="name a folder that you may write to, on a disk with space",
        path=str(folder),
    )
