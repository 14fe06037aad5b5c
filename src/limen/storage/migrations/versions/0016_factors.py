"""Passwords that were found in a list of breached ones, what was attested of passkeys, and who was reminded of what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("passwords", sa.Column("breached_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("passkeys", sa.Column("attested_root", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "attestations",
        sa.Column("passkey_id", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("statement", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("passkey_id", name="pk_attestations"),
    )
    op.create_index("ix_attestations_person_id", "attestations", ["person_id"])
    op.create_table(
        "factor_reminders",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("needed", sa.String(20), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("reminded_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "needed", name="pk_factor_reminders"),
    )
