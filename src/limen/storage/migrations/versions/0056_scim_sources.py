"""What sources keep here by SCIM, and their tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    op.create_table(
        "scim_resources",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name_key", sa.String(260), nullable=False),
        sa.Column("unique_key", sa.String(260), nullable=True),
        sa.Column("external_id", sa.String(260), nullable=False, server_default=""),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name=op.f("pk_scim_resources")),
    )
    op.create_index("uq_scim_resources_unique_key", "scim_resources", ["source", "unique_key"], unique=True)
    op.create_index("ix_scim_resources_name_key", "scim_resources", ["source", "kind", "name_key"])
    op.create_index("ix_scim_resources_external_id", "scim_resources", ["source", "kind", "external_id"])
    op.create_table(
        "scim_members",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("group_id", sa.String(40), nullable=False),
        sa.Column("user_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("source", "group_id", "user_id", name=op.f("pk_scim_members")),
    )
    op.create_index("ix_scim_members_user_id", "scim_members", ["source", "user_id"])
    op.create_table(
        "source_tokens",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_source_tokens_token_hash")),
    )
    op.create_index(op.f("ix_source_tokens_source"), "source_tokens", ["source"])
