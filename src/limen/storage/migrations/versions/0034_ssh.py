"""SSH: the authorities' keys, people's accounts on hosts, certificates, and the hosts that follow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "ssh_authorities",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ssh_authorities"),
    )
    op.create_table(
        "ssh_accounts",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_ssh_accounts"),
        sa.UniqueConstraint("account", name="uq_ssh_accounts_account"),
    )
    op.create_table(
        "ssh_certificates",
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("decision", sa.String(60), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("is_tied", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("why_ended", sa.String(60), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_ssh_certificates"),
    )
    op.create_index("ix_ssh_certificates_person_id", "ssh_certificates", ["person_id"])
    op.create_table(
        "ssh_hosts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("name", sa.String(253), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("host_key", sa.String(200), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("certified_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ssh_hosts"),
        sa.UniqueConstraint("name", name="uq_ssh_hosts_name"),
        sa.UniqueConstraint("token_hash", name="uq_ssh_hosts_token_hash"),
    )
    op.create_table(
        "ssh_host_tokens",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("name", sa.String(253), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_ssh_host_tokens"),
    )
