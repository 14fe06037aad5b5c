"""What all workers and nodes know of for minutes, guesses among it. Beside SQLite it is a file that makes itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    op.drop_table("guesses")
    if op.get_bind().dialect.name == "sqlite":
        return
    op.create_table(
        "kept_briefly",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("shelf", sa.String(60), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "shelf", name="pk_kept_briefly"),
    )
    op.create_index("ix_kept_briefly_source", "kept_briefly", ["shelf", "source", "place"])
    op.create_index("ix_kept_briefly_place", "kept_briefly", ["shelf", "place"])
