"""The tables of the case database as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

REVISION = "0004"
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

JOBS = Table(
    "jobs",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("home", String(64), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("case_name", Text, nullable=False),
    Column("params", Text, nullable=False),
    Column("params_sha256", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("step", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("cancel_requested", Integer, nullable=False),
    Column("made_utc", String(20), nullable=False),
    Column("started_utc", String(20)),
    Column("ended_utc", String(20)),
    Column("heartbeat_utc", String(20)),
    Column("checkpoint", Text),
    Column("result", Text),
    Column("problem", Text),
)
"""Long work that was asked for; `home` says which worker does it, times are UTC as ISO 8601 has them."""

DRAFTS = Table(
    "drafts",
    METADATA,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kept_utc", String(20), nullable=False),
    Column("who", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Drawings at work, the last state of each; unlike entries of a journal they are written over."""

VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own table: the migration that was run last."""
