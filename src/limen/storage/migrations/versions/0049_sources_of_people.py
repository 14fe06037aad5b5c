"""What sources said of people, who of them is whom here, and what their runs did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.create_table(
        "source_people",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False, server_default=""),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("is_there", sa.Boolean(), nullable=False),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.Column("waits", sa.String(20), nullable=False, server_default=""),
        sa.Column("held", sa.String(10), nullable=False, server_default=""),
        sa.Column("is_ended", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_source_people")),
    )
    op.create_index(op.f("ix_source_people_person_id"), "source_people", ["person_id"])
    op.create_table(
        "source_runs",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("failed", sa.String(300), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_runs")),
    )
    op.create_index(op.f("ix_source_runs_source"), "source_runs", ["source"])
