"""The newest checkpoint of each chain of the journal, so that a journal that was deleted is missed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "journal_heads",
        sa.Column("writer", sa.String(40), nullable=False),
        sa.Column("lost_at", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("checkpoint", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("writer", "lost_at", name="pk_journal_heads"),
    )
