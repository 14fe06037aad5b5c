"""Departures, what each surface said of them, and the first day on which somebody has access."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    op.add_column("people", sa.Column("first_day", sa.String(10), nullable=False, server_default=""))
    op.create_table(
        "departures",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("groups_left", sa.String(2_000), nullable=False),
        sa.Column("groups_joined", sa.String(2_000), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("alerted_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=False),
        sa.Column("closed", sa.String(20), nullable=False),
        sa.Column("closed_by", sa.String(40), nullable=False),
        sa.Column("closed_why", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
    )
    op.create_index("ix_departures_person", "departures", ["person"])
    op.create_index("ix_departures_closed_at", "departures", ["closed_at"])
    op.create_table(
        "departure_surfaces",
        sa.Column("departure", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("worker", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ended", sa.Integer, nullable=False),
        sa.Column("remaining", sa.Integer, nullable=False),
        sa.Column("said", sa.String(500), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("proved_at", sa.BigInteger, nullable=False),
        sa.Column("is_beyond", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("departure", "name", "worker", name=op.f("pk_departure_surfaces")),
    )
