"""RADIUS: the secrets of what asks, the RADIUS servers, and who is in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "radius_clients",
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network", name="pk_radius_clients"),
    )
    op.create_table(
        "radius_servers",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_radius_servers"),
    )
    op.create_table(
        "radius_sessions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("nas", sa.String(64), nullable=False),
        sa.Column("calling", sa.String(64), nullable=False),
        sa.Column("user_name", sa.String(254), nullable=False),
        sa.Column("decision", sa.String(60), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("accounted", sa.String(128), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_radius_sessions"),
    )
    op.create_index("ix_radius_sessions_person_id", "radius_sessions", ["person_id"])
