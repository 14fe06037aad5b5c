"""What people state for the roadmap, what clouds had when they were read, and hosts that only an EDR knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    op.create_table(
        "roadmap_statements",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("said_by", sa.String(40), nullable=False),
        sa.Column("said_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        sa.Column("contradicted_at", sa.BigInteger, nullable=False),
        sa.Column("contradicted_by", sa.String(200), nullable=False),
    )
    op.create_table(
        "cloud_readings",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("read_at", sa.BigInteger, nullable=False),
        sa.Column("groups", sa.Text, nullable=False),
        sa.Column("doubts", sa.Text, nullable=False),
        sa.Column("compared_at", sa.BigInteger, nullable=False),
        sa.Column("meant", sa.String(64), nullable=False),
        sa.Column("zones", sa.Text, nullable=False),
    )
    op.create_table(
        "device_sensor_hosts",
        sa.Column("source", sa.String(40), primary_key=True),
        sa.Column("host", sa.String(120), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("heard_at", sa.BigInteger, nullable=False),
    )
