"""Firewalls that follow Limen: who enrolled, the keys that sign what they are told, and changes of their rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.create_table(
        "network_firewalls",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_network_firewalls"),
        sa.UniqueConstraint("name", name="uq_network_firewalls_name"),
        sa.UniqueConstraint("token_hash", name="uq_network_firewalls_token_hash"),
    )
    op.create_table(
        "network_firewall_tokens",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_network_firewall_tokens"),
    )
    op.create_table(
        "network_firewall_keys",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_network_firewall_keys"),
    )
    op.create_table(
        "network_changes",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("firewall", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("needs", sa.String(20), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("why", sa.String(400), server_default="", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_network_changes"),
    )
    op.create_index("ix_network_changes_firewall", "network_changes", ["firewall"])
    op.create_table(
        "network_rulesets",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_network_rulesets"),
    )
