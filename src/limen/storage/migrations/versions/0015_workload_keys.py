"""Keys of workloads, their sign-ins at apps, and assertions that were used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "oidc_workload_keys",
        sa.Column("thumbprint", sa.String(43), nullable=False),
        sa.Column("workload_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("thumbprint", name="pk_oidc_workload_keys"),
    )
    op.create_index("ix_oidc_workload_keys_workload_id", "oidc_workload_keys", ["workload_id"])
    op.create_table(
        "oidc_workload_sign_ins",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("workload_id", sa.String(40), nullable=False),
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("key", sa.String(43), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oidc_workload_sign_ins"),
        sa.UniqueConstraint("workload_id", "app", "key", name="uq_oidc_workload_sign_ins_workload_id"),
    )
    op.create_table(
        "oidc_assertions",
        sa.Column("client", sa.String(40), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("client", "hash", name="pk_oidc_assertions"),
        sqlite_with_rowid=False,
    )
