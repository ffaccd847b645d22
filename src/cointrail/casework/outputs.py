"""Write a case's files: all of them or none, the same bytes for the same basis."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from cointrail.casework.columns import cells_of, columns_of
from cointrail.casework.result import CaseResult
from cointrail.casework.rows import LeadRow, PaymentRow, ProceedRow
from cointrail.errors import BadInput

SUMMARY = "summary.json"
"""Written last; it holds the digests of the others, so a set that fits it is whole."""

OWNED = ("payments.csv", "leads.csv", "proceeds.csv", "basis.json", SUMMARY)
"""The files that a case run writes and replaces; anything else in the folder is left alone."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for a formula. Source: OWASP, CSV Injection."""


LONGEST_CELL = 2**31 - 1
"""Characters. The library's own limit, 131,072, is less than a path of 2,000 hops."""
_ONE_AT_A_TIME = Lock()


def safe_cell(text: str) -> str:
    """A text that no spreadsheet runs: `'` goes before what would start a formula."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def csv_bytes(row_type: type, rows: Iterable[object]) -> bytes:
    """A table as CSV: UTF-8, commas, line feeds, a header, cells that are safe in spreadsheets."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in columns_of(row_type))
    writer.writerows([safe_cell(cell) for cell in cells_of(row)] for row in rows)
    return text.getvalue().encode()


def read_rows(table: bytes) -> list[list[str]]:
    """The rows of a table of a case, its head among them, however long its paths are."""
    with _ONE_AT_A_TIME:  # the limit is the process's; files of others are read by the usual one
        usual = csv.field_size_limit(LONGEST_CELL)
        try:
            text = io.TextIOWrapper(io.BytesIO(table), "utf-8", newline="")
            return list(csv.reader(text, strict=True))
        finally:
            csv.field_size_limit(usual)


def render_case(result: CaseResult) -> dict[str, bytes]:
    """The files of a case by name, the summary last."""
    files = {
        "payments.csv": csv_bytes(PaymentRow, result.payments),
        "leads.csv": csv_bytes(LeadRow, result.leads),
        "proceeds.csv": csv_bytes(ProceedRow, result.proceeds),
        "basis.json": result.basis.canonical() + b"\n",
    }
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    summary = {**result.summary, "files_sha256": digests}
    files[SUMMARY] = (json.dumps(summary, indent=2, ensure_ascii=False) + "\n").encode()
    return files


def write_case(result: CaseResult, out_dir: Path) -> None:
    """Write the files of a case into a folder, which is made if it is not there.

    They are written to a new folder inside it and moved up together. If that fails or is
    interrupted, the files of the case are as they were. Other files in the folder are not touched.

    Raises:
        BadInput: the folder cannot be written, is a store, or holds something else than a file under
            the name of one of the case's.
    """
    check_out(out_dir)
    files = render_case(result)
    made = not out_dir.exists()
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".case-", dir=out_dir))
    except OSError as error:
        raise _unwritable(out_dir, error) from error
    done = False
    try:
        for name, data in files.items():
            _write(fresh / name, data)
        _move_in(fresh, out_dir)
        done = True
    except OSError as error:
        raise _unwritable(out_dir, error) from error
    finally:
        if done or not _stranded(fresh):
            shutil.rmtree(fresh, ignore_errors=True)
        if made and not done:
            with suppress(OSError):
                out_dir.rmdir()


def check_out(out_dir: Path) -> None:
    """Refuse a folder that a case must not be written into.

    Raises:
        BadInput: no folder was named, it is a store, a name of the case's files is taken, or it
            cannot be looked at.
    """
    if out_dir == Path():
        raise BadInput(
            "no folder is named to write the case to",
            hint="name one; for the present folder give its full path",
        )
    try:
        is_store = (out_dir / "manifest.json").exists() and any(out_dir.glob("settled-*"))
        taken = [path for name in OWNED if _is_taken(path := out_dir / name)]
    except OSError as error:
        raise _unwritable(out_dir, error) from error
    if is_store:
        raise BadInput(f"`{out_dir}` is a store", hint="name another folder", path=str(out_dir))
    if taken:
        raise BadInput(
            f"`{taken[0]}` is not a regular file, so it is not replaced",
            hint="move it away, or name another folder",
            path=str(taken[0]),
        )


def _is_taken(path: Path) -> bool:
    return path.is_symlink() or (path.exists() and not path.is_file())


def _unwritable(out_dir: Path, error: OSError) -> BadInput:
    return BadInput(
        f"cannot write the case to `{out_dir}`: {error.strerror}",
        hint="name a folder that you may write to, on a disk with space",
        path=str(out_dir),
    )


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _move_in(fresh: Path, out_dir: Path) -> None:
    """Move every file in; on a failure or an interrupt put the old ones back.

    Each old file is kept under a second name until all new ones stand, and a new file takes the
    place of the old one in a single step.
    """
    kept = fresh / "before"
    kept.mkdir()
    for name in OWNED:
        if (out_dir / name).exists():
            shutil.copy2(out_dir / name, kept / name)
    try:
        for name in OWNED:
            (fresh / name).replace(out_dir / name)
    except BaseException:
        _put_back(fresh, kept, out_dir)
        raise


def _put_back(fresh: Path, kept: Path, out_dir: Path) -> None:
    """Undo the moves that were made: a file that is no longer in the new folder was moved."""
    for name in OWNED:
        if (fresh / name).exists():
            continue
        if (kept / name).exists():
            (kept / name).replace(out_dir / name)
        else:
            (out_dir / name).unlink(missing_ok=True)


def _stranded(fresh: Path) -> bool:
    """Whether an old file that was replaced could not be put back: it then stays where it is kept."""
    return any((fresh / "before" / name).exists() and not (fresh / name).exists() for name in OWNED)
