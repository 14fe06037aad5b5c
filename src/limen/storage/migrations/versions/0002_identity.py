"""People, links, factors, sessions and their marks: what identity keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("enrolled_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("email", name="uq_people_email"),
    )
    op.create_table(
        "memberships",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("group_id", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "group_id", name="pk_memberships"),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("purpose", sa.String(30), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("issued_by", sa.String(40), nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("spent_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("revoked_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("token_hash", name="uq_links_token_hash"),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("user_verified", sa.Boolean, nullable=False),
        sa.Column("device_type", sa.String(20), nullable=False),
        sa.Column("backed_up", sa.Boolean, nullable=False),
        sa.Column("transports", sa.String(100), nullable=False),
        sa.Column("aaguid", sa.String(36), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_table(
        "passwords",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("hash", sa.String(200), nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_passwords"),
    )
    op.create_table(
        "codes",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("seed", sa.LargeBinary, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_codes"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("app", sa.String(80), nullable=False),
        sa.Column("parent", sa.String(40), nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("idle_ms", sa.BigInteger, nullable=False),
        sa.Column("last_used", sa.BigInteger, nullable=False),
        sa.Column("proofs", sa.String(200), nullable=False),
        sa.Column("passkey_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_table(
        "not_before",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_not_before"),
    )
    op.create_table(
        "browsers",
        sa.Column("browser_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("browser_hash", "person_id", name="pk_browsers"),
    )
    op.create_table(
        "spent_challenges",
        sa.Column("challenge_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name="pk_spent_challenges"),
    )
    op.create_table(
        "guesses",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("guesses", sa.Float, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("wait_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_guesses"),
    )
    op.create_table(
        "identity_keys",
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("purpose", name="pk_identity_keys"),
    )
    op.create_index("ix_memberships_group_id", "memberships", ["group_id"])
    op.create_index("ix_links_person_id", "links", ["person_id"])
    op.create_index("ix_passkeys_person_id", "passkeys", ["person_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_parent", "sessions", ["parent"])
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_index("ix_spent_challenges_expires_at", "spent_challenges", ["expires_at"])
