"""The roadmap: how each control stood on each day, what is closed, and what is excepted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    op.create_table(
        "roadmap_days",
        sa.Column("control", sa.String(8), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("numerator", sa.BigInteger, nullable=False),
        sa.Column("denominator", sa.BigInteger, nullable=False),
        sa.Column("grade", sa.Integer, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("is_met", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("control", "day", name="pk_roadmap_days"),
    )
    op.create_table(
        "roadmap_standings",
        sa.Column("control", sa.String(8), primary_key=True),
        sa.Column("closed_at", sa.BigInteger, nullable=False),
        sa.Column("below_since", sa.BigInteger, nullable=False),
        sa.Column("looks_below", sa.Integer, nullable=False),
    )
    op.create_table(
        "roadmap_phases",
        sa.Column("phase", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("closed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "roadmap_exceptions",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("control", sa.String(8), nullable=False),
        sa.Column("row_id", sa.String(200), nullable=False),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("compensation", sa.String(300), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("decided_by", sa.String(40), nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
    )
