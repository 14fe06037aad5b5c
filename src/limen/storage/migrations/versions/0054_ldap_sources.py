"""Directories that people come from: Limen's secret there, and how the last reading went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    op.create_table(
        "ldap_sources",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("meant_for", sa.String(500), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.Column("progress", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("whole_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("took_ms", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("people", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("nameless", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("referrals", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("is_active_directory", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("units", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("lost_unit", sa.String(1000), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ldap_sources")),
    )
