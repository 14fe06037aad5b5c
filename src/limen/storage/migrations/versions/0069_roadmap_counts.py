"""What the journal's decisions come to, counted for each hour and day that is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"


def upgrade() -> None:
    op.create_table(
        "roadmap_counts",
        sa.Column("span", sa.String(20), primary_key=True),
        sa.Column("segments", sa.String(64), nullable=False),
        sa.Column("actors", sa.Integer, nullable=False),
        sa.Column("counted", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "roadmap_counts_of",
        sa.Column("span", sa.String(20), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("counted", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("span", "person_id", name="pk_roadmap_counts_of"),
    )
