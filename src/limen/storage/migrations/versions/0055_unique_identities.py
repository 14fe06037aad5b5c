"""Owner, purpose and end of workloads; decisions about accounts; service accounts of directories.

A workload that was there before ends in 90 days, unless somebody says by then who answers for it and what it is for.
"""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"

_DAYS_TO_SAY = 90
_DAY_MS = 86_400_000


def upgrade() -> None:
    op.add_column("workloads", sa.Column("owner", sa.String(40), nullable=False, server_default=""))
    op.add_column("workloads", sa.Column("purpose", sa.String(200), nullable=False, server_default=""))
    op.add_column("workloads", sa.Column("expires_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("workloads", sa.Column("reminded_at", sa.BigInteger, nullable=False, server_default="0"))
    workloads = sa.table("workloads", sa.column("expires_at", sa.BigInteger))
    op.execute(workloads.update().values(expires_at=int(time.time() * 1_000) + _DAYS_TO_SAY * _DAY_MS))
    op.create_table(
        "account_decisions",
        sa.Column("finding_id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False, index=True),
        sa.Column("other_id", sa.String(40), nullable=False, index=True),
        sa.Column("choice", sa.String(20), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("decided_by", sa.String(40), nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "service_accounts",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("directory", sa.String(60), nullable=False, index=True),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.Column("secret_at", sa.BigInteger, nullable=False),
        sa.Column("secret_ends_at", sa.BigInteger, nullable=False),
        sa.Column("secrets", sa.Integer, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("claimed_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_by", sa.String(40), nullable=False),
        sa.UniqueConstraint("directory", "external_id"),
    )
    op.create_table(
        "service_account_turns",
        sa.Column("directory", sa.String(60), primary_key=True),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
    )
