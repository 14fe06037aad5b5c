"""OpenID Connect: sign-ins, codes and tokens, clients' secrets, keys, consents, and sign-outs to be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "oidc_sign_ins",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_oidc_sign_ins"),
    )
    op.create_index("ix_oidc_sign_ins_session_id", "oidc_sign_ins", ["session_id"])
    op.create_index("ix_oidc_sign_ins_person_id", "oidc_sign_ins", ["person_id"])
    op.create_table(
        "oidc_tokens",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("sign_in_id", sa.String(40), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("asked", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_oidc_tokens"),
    )
    op.create_index("ix_oidc_tokens_sign_in_id", "oidc_tokens", ["sign_in_id"])
    op.create_table(
        "oidc_secrets",
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("app", "hash", name="pk_oidc_secrets"),
    )
    op.create_table(
        "oidc_keys",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oidc_keys"),
    )
    op.create_table(
        "oidc_consents",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "app", name="pk_oidc_consents"),
    )
    op.create_table(
        "oidc_logouts",
        sa.Column("sign_in_id", sa.String(40), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("sign_in_id", name="pk_oidc_logouts"),
    )
