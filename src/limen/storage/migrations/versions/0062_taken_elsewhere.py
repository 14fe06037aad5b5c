"""When another service last took an account by its word alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.add_column("disabled_elsewhere", sa.Column("taken_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE disabled_elsewhere SET taken_at = at WHERE state = 'taken'")
