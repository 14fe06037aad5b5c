"""The secrets of accounts at vendors that people have to share, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.create_table(
        "brokered_secrets",
        sa.Column("app", sa.String(40), primary_key=True),
        sa.Column("account", sa.String(254), nullable=False),
        sa.Column("site", sa.String(500), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("stored_at", sa.BigInteger, nullable=False),
        sa.Column("reminded_at", sa.BigInteger, nullable=False, server_default="0"),
    )
