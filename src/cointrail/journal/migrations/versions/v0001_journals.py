"""Cases, their journals, and the results that are kept beside these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("reference", sa.Text, nullable=False, unique=True),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
    )
    for table, key in (
        ("journal", sa.Column("seq", sa.Integer)),
        ("results", sa.Column("sha256", sa.String(64))),
    ):
        op.create_table(
            table,
            sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id"), nullable=False),
            key,
            sa.Column("data", sa.LargeBinary, nullable=False),
            sa.PrimaryKeyConstraint("case_id", key.name),
        )


def downgrade() -> None:
    """Drop the tables, with all that they hold."""
    for table in ("results", "journal", "cases"):
        op.drop_table(table)
