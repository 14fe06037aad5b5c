"""Signing in at upstream issuers: whose account is linked to whom, what rests on it, and Limen's secrets there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "issuer_accounts",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_issuer_accounts"),
    )
    op.create_index("ix_issuer_accounts_person_id", "issuer_accounts", ["person_id"])
    op.create_table(
        "issuer_sessions",
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("sid", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_issuer_sessions"),
    )
    op.create_index("ix_issuer_sessions_person_id", "issuer_sessions", ["person_id"])
    op.create_index("ix_issuer_sessions_issuer_subject", "issuer_sessions", ["issuer", "subject"])
    op.create_table(
        "upstream_secrets",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", name="pk_upstream_secrets"),
    )
