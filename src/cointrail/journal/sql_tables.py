"""The tables of the case database as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

REVISION = "0002"
"""Of the newest migration."""

METADATA = MetaData()

CASES = Table(
    "cases",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("entries", Integer, nullable=False),
    Column("head", String(64), nullable=False),
)
"""`entries` and `head` are put down with every addition: a journal that lost its end does not fit them."""

JOURNAL = Table(
    "journal",
    METADATA,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""A line of a journal each. The key lets no two entries have one place."""

RESULTS = Table(
    "results",
    METADATA,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""What entries name as their results."""

VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own table: the migration that was run last."""
