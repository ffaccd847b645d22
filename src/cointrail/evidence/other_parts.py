"""What goes into a bundle beside tables and chain: the report, measured errors, the environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata, resources

from cointrail.report.case_jsonld import jsonld_of
from cointrail.report.case_tables import tables_of
from cointrail.report.document import report_files

ERROR_TABLE = "error_rates/table.json"
"""The measured table as it ships with the program."""

PACKAGES = ("numba", "numpy", "rfc8785", "typst")
"""Those whose version can change a byte of a bundle; what machine it was made on can't."""


def report_part(tables: Mapping[str, bytes]) -> dict[str, bytes]:
    """The report, and the process in CASE/UCO.

    Workbook and graph would make a bundle half as large again: `case data` makes them from the tables.

    Args:
        tables: the files of a case run, by name.
    """
    case = tables_of(tables)
    return {**report_files(case), "case.jsonld": jsonld_of(case)}


def error_table_part() -> dict[str, bytes]:
    """What was measured of the rules; nothing in a version of the program that has no such table."""
    table = resources.files("cointrail").joinpath(ERROR_TABLE)
    return {"error_table.json": table.read_bytes()} if table.is_file() else {}


def environment_part(program: str) -> bytes:
    """Program and packages with versions: what to install to get the same bytes again."""
    value = {"program": program, "packages": {name: metadata.version(name) for name in PACKAGES}}
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
