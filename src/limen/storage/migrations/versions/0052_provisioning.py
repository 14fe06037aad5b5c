"""Accounts that Limen keeps at apps, how it goes with each app, and by what it differs from what it should have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.create_table(
        "provisioned_apps",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("meant_for", sa.String(length=500), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("progress", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quiet_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("trouble", sa.String(length=300), server_default="", nullable=False),
        sa.Column("troubles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stopped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("may_go_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_provisioned_apps")),
    )
    op.create_table(
        "provisioned_accounts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("app", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("remote_id", sa.String(length=200), nullable=False),
        sa.Column("user_name", sa.String(length=300), nullable=False),
        sa.Column("version", sa.String(length=210), nullable=False),
        sa.Column("sent", sa.String(length=64), nullable=False),
        sa.Column("ignored", sa.String(length=100), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=False),
        sa.Column("off_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provisioned_accounts")),
    )
    op.create_index("ix_provisioned_accounts_whose", "provisioned_accounts", ["person_id", "app"], unique=True)
    op.create_index("ix_provisioned_accounts_due_at", "provisioned_accounts", ["due_at"])
    op.create_table(
        "provisioning_differences",
        sa.Column("app", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("remote_id", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("user_name", sa.String(length=300), nullable=False),
        sa.Column("detail", sa.String(length=100), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", "kind", "remote_id", "account_id", name=op.f("pk_provisioning_differences")),
    )
