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
from pathlib import Path

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

    They are written to a new folder beside it and moved in together. If that fails, the folder is
    as it was. Other files in it are not touched.

    Raises:
        BadInput: the folder cannot be written.
    """
    files = render_case(result)
    try:
        out_dir.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{out_dir.name}-", dir=out_dir.parent))
    except OSError as error:
        raise _unwritable(out_dir, error) from error
    try:
        for name, data in files.items():
            _write(fresh / name, data)
        _move_in(fresh, out_dir)
    except OSError as error:
        raise _unwritable(out_dir, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


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
    """Move every file in; on a failure put the old ones back."""
    out_dir.mkdir(exist_ok=True)
    kept = fresh / "before"
    kept.mkdir()
    moved: list[str] = []
    try:
        for name in OWNED:
            if (out_dir / name).exists():
                (out_dir / name).rename(kept / name)
            moved.append(name)
            (fresh / name).rename(out_dir / name)
    except OSError:
        for name in moved:
            (out_dir / name).unlink(missing_ok=True)
            if (kept / name).exists():
                (kept / name).rename(out_dir / name)
        raise
