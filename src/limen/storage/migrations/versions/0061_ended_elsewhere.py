"""Up to when an upstream issuer's word about somebody counts for nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    op.create_table(
        "ended_elsewhere",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("counts_after", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ended_elsewhere")),
    )
