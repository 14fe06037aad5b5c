"""Reviews of access, and their rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "access_reviews",
        _text("id", 40),
        _text("name", 60),
        _instant("slot"),
        _instant("started_at"),
        _instant("closes_at"),
        _text("started_by", 40),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        _instant("reminds_at"),
        _instant("reminded_at"),
        _instant("escalates_at"),
        _instant("escalated_at"),
        _instant("closed_at"),
        _text("closed_by", 40),
        sa.PrimaryKeyConstraint("id", name="pk_access_reviews"),
        sa.UniqueConstraint("name", "slot", name="uq_access_reviews_name"),
    )
    op.create_table(
        "access_review_rows",
        _text("id", 40),
        _text("review_id", 40),
        _number("place"),
        _text("person_id", 40),
        _text("app", 80),
        _text("way", 10),
        _text("by", 80),
        _text("actions", 120),
        _number("version"),
        _number("used"),
        _instant("last_used"),
        _text("used_actions", 120),
        _instant("got_at"),
        _text("got_by", 40),
        _number("peers"),
        _number("peers_with"),
        _number("risk"),
        sa.Column("removes", sa.Boolean(), nullable=False),
        _long("reviewers"),
        _long("escalates_to"),
        _text("verdict", 10),
        _text("decided_by", 40),
        _instant("decided_at"),
        _text("note", 300),
        _text("effect", 10),
        _long("restores"),
        sa.PrimaryKeyConstraint("id", name="pk_access_review_rows"),
    )
    op.create_index("ix_access_review_rows_person_id", "access_review_rows", ["person_id"])
    op.create_index("ix_access_review_rows_review_id", "access_review_rows", ["review_id", "place"])
