"""Who suspended an account. Of those that were suspended before, nobody knows: an administrator takes that back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    op.create_table(
        "suspensions",
        sa.Column("person_id", sa.String(40), primary_key=True),
        sa.Column("mark", sa.String(80), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.execute("INSERT INTO suspensions (person_id, mark, at) SELECT id, '', 0 FROM people WHERE status = 'suspended'")
