"""From where people sign in, and journeys that were announced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "familiar_places",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("network", sa.String(60), nullable=False),
        sa.Column("owner_name", sa.String(80), nullable=False),
        sa.Column("city", sa.String(80), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "country", "owner", "network", name="pk_familiar_places"),
    )
    op.create_table(
        "expected_travels",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.String(40), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_expected_travels"),
    )
    op.create_index("ix_expected_travels_person_id", "expected_travels", ["person_id"])
