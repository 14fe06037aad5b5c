"""Risk signals about devices, who may send them, and what of it counts once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "device_signals",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("owner_id", sa.String(40), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("ref", sa.String(120), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("did", sa.String(20), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_why", sa.String(20), nullable=False),
        sa.Column("ended_by", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_device_signals"),
        sa.UniqueConstraint("device_id", "source", "ref", name="uq_device_signals_device_id"),
    )
    op.create_index("ix_device_signals_owner_id", "device_signals", ["owner_id"])
    op.create_table(
        "device_signal_sources",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_device_signal_sources"),
    )
    op.create_table(
        "device_signal_messages",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_device_signal_messages"),
    )
    op.add_column("devices", sa.Column("address", sa.String(45), nullable=False, server_default=""))
    op.add_column("devices", sa.Column("sensors", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("devices", sa.Column("risk", sa.Integer(), nullable=False, server_default="0"))
