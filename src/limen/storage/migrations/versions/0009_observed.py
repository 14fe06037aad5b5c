"""What is asked of apps in onboarding, and who would have been refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "observed_apps",
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("forget_at", sa.BigInteger, nullable=False),
        sa.Column("uncounted", sa.BigInteger, nullable=False),
        sa.Column("wide", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("app", name="pk_observed_apps"),
    )
    op.create_table(
        "observed_kinds",
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("pattern", sa.String(400), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("signed_in", sa.BigInteger, nullable=False),
        sa.Column("strangers", sa.BigInteger, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("app", "method", "pattern", "action", name="pk_observed_kinds"),
    )
    op.create_table(
        "observed_refusals",
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("newest", sa.BigInteger, nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("app", "id", name="pk_observed_refusals"),
    )
    op.create_index("ix_observed_refusals_person_id", "observed_refusals", ["person_id"])
