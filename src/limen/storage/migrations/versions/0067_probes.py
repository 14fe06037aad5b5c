"""Probes: what each run of them came to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    op.create_table(
        "probe_runs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("probe", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("asked_by", sa.String(40), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("took", sa.BigInteger, nullable=False),
        sa.Column("why", sa.String(400), nullable=False),
        sa.Column("tries", sa.Text, nullable=False),
    )
    op.create_index("ix_probe_runs_probe", "probe_runs", ["probe", "asked_at"])
