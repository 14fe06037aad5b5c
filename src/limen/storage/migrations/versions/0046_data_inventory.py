"""Stores of data, what was found in each, and how far walks through them came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.create_table(
        "data_stores",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("meant_for", sa.String(length=500), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("progress", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cursor", sa.Text(), server_default="", nullable=False),
        sa.Column("walk", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_walking", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_whole", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("whole_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("walked_where", sa.String(length=500), server_default="", nullable=False),
        sa.Column("seen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("whole", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("missed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rules_mark", sa.String(length=64), server_default="", nullable=False),
        sa.Column("rules_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_data_stores")),
    )
    op.create_table(
        "data_items",
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("folder", sa.String(length=500), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("accessed_at", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("audience", sa.SmallInteger(), nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("etag", sa.String(length=200), nullable=False),
        sa.Column("walk", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.SmallInteger(), nullable=False),
        sa.Column("why_not", sa.String(length=120), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", "id", name=op.f("pk_data_items")),
    )
    op.create_index("ix_data_items_store_folder", "data_items", ["store", "folder"])
    op.create_index("ix_data_items_owner_id", "data_items", ["owner_id"])
    op.create_table(
        "data_item_finds",
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("detector", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.SmallInteger(), nullable=False),
        sa.Column("is_more", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("store", "item", "detector", name=op.f("pk_data_item_finds")),
    )
