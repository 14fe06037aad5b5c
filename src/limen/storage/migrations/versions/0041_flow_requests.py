"""Requests for flows of the network, beside those for access to apps; and which owner was reminded of which flow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("access_requests", sa.Column("flow", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "network_flow_reminders",
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("flow", "day", name=op.f("pk_network_flow_reminders")),
    )
