"""What services that share signals tell: our streams there, which tokens came, how often what, and whose account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    op.create_table(
        "received_streams",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("meant_for", sa.String(500), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.Column("progress", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("issuer", sa.String(255), nullable=False, server_default=""),
        sa.Column("stream_id", sa.String(255), nullable=False, server_default=""),
        sa.Column("audience", sa.Text(), nullable=False, server_default=""),
        sa.Column("poll_url", sa.String(1000), nullable=False, server_default=""),
        sa.Column("asked_for", sa.String(64), nullable=False, server_default=""),
        sa.Column("push_hash", sa.String(64), nullable=False, server_default=""),
        sa.Column("status", sa.String(20), nullable=False, server_default=""),
        sa.Column("status_why", sa.String(200), nullable=False, server_default=""),
        sa.Column("verify_state", sa.String(64), nullable=False, server_default=""),
        sa.Column("verify_asked_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("verified_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("heard_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("oldest_taken", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_received_streams")),
    )
    op.create_table(
        "received_sets",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("transmitter", sa.String(40), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_received_sets")),
    )
    op.create_index("ix_received_sets_transmitter", "received_sets", ["transmitter", "issued_at"])
    op.create_table(
        "received_counts",
        sa.Column("transmitter", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("word", sa.String(60), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("transmitter", "kind", "word", name=op.f("pk_received_counts")),
    )
    op.create_table(
        "disabled_elsewhere",
        sa.Column("transmitter", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("transmitter", "person_id", name=op.f("pk_disabled_elsewhere")),
    )
    op.create_index("ix_disabled_elsewhere_person_id", "disabled_elsewhere", ["person_id"])
