"""Who was erased: opaque ids, so that no backup brings them back unseen, and the journal's part is done to its end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "erased_people",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("journal_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("person_id", name="pk_erased_people"),
    )
