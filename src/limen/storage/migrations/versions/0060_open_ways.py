"""Doors and tunnels that are open, for all workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    op.create_table(
        "network_doors",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("tied_until", sa.BigInteger, nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("tunnel", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_doors")),
    )
    op.create_index("ix_network_doors_person_id", "network_doors", ["person_id"])
    op.create_table(
        "network_tunnels",
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("key", sa.String(44), nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_network_tunnels")),
        sa.UniqueConstraint("key", name=op.f("uq_network_tunnels_key")),
        sa.UniqueConstraint("slot", name=op.f("uq_network_tunnels_slot")),
    )
