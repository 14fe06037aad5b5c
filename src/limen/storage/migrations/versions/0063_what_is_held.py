"""What a stopped source of people would take from somebody, and when an account at an app was last taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    op.add_column("source_people", sa.Column("takes", sa.Text(), nullable=False, server_default=""))
    column = sa.Column("taken_at", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("provisioned_accounts", column)
    op.execute("UPDATE provisioned_accounts SET taken_at = left_at")
