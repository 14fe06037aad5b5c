"""Workloads: services with tokens of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "workloads",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("groups", sa.Text, nullable=False),
        sa.Column("apps", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workloads"),
        sa.UniqueConstraint("name", name="uq_workloads_name"),
    )
    op.create_table(
        "workload_tokens",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("workload_id", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workload_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_workload_tokens_token_hash"),
    )
    op.create_index("ix_workload_tokens_workload_id", "workload_tokens", ["workload_id"])
