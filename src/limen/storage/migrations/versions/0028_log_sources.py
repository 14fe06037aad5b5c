"""Who sends logs: what proves each sender, how it goes with each source, and the authority of their certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "log_senders",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_senders"),
        sa.UniqueConstraint("token_hash", name="uq_log_senders_token_hash"),
        sa.UniqueConstraint("fingerprint", name="uq_log_senders_fingerprint"),
    )
    op.create_index("ix_log_senders_source", "log_senders", ["source"])
    op.create_table(
        "log_sources",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("unreadable", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_log_sources"),
    )
    op.create_table(
        "log_authority",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_authority"),
    )
