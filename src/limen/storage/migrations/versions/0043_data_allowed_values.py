"""Values that are found and are not what they look like, by their digests, each with a reason and an end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "data_allowed_values",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("detector", sa.String(length=40), nullable=False),
        sa.Column("value_digest", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_allowed_values")),
    )
    op.create_index("ix_data_allowed_values_person_id", "data_allowed_values", ["person_id"])
