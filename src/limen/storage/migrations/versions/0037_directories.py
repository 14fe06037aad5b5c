"""Directories, who is in their groups by a grant, who else is, and whose account is whose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "directories",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("meant_for", sa.String(500), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.Column("progress", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_directories"),
    )
    op.create_table(
        "directory_memberships",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("directory", sa.String(40), nullable=False),
        sa.Column("group_name", sa.String(500), nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("app", sa.String(80), nullable=False),
        sa.Column("grant_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("value", sa.String(500), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("ends_there", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_directory_memberships"),
    )
    op.create_index(
        "ix_directory_memberships_member", "directory_memberships", ["directory", "group_name", "person"], unique=True
    )
    op.create_table(
        "directory_strangers",
        sa.Column("directory", sa.String(40), nullable=False),
        sa.Column("group_name", sa.String(500), nullable=False),
        sa.Column("value", sa.String(500), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "group_name", "value", name="pk_directory_strangers"),
    )
    op.create_table(
        "directory_accounts",
        sa.Column("directory", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "person_id", name="pk_directory_accounts"),
    )
