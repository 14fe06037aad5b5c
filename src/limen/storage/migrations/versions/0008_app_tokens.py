"""Tokens of programs, each for one app."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "app_tokens",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("owner_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("app", sa.String(80), nullable=False),
        sa.Column("actions", sa.String(200), nullable=False),
        sa.Column("strength", sa.Integer, nullable=False),
        sa.Column("proved_at", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_on", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("used_from", sa.String(64), nullable=False, server_default=""),
        sa.Column("revoked_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_app_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_app_tokens_token_hash"),
    )
    op.create_index("ix_app_tokens_owner_id", "app_tokens", ["owner_id"])
