"""Every device that was seen: browsers that signed in, and what other sources tell of devices."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "seen_browsers",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("browser", sa.String(20), nullable=False),
        sa.Column("system", sa.String(20), nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seen_browsers"),
    )
    op.create_index("ix_seen_browsers_person_id", "seen_browsers", ["person_id"])
    op.create_table(
        "device_sources",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("meant_for", sa.String(500), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.Column("progress", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_device_sources"),
        sa.UniqueConstraint("token_hash", name="uq_device_sources_token_hash"),
    )
    op.create_table(
        "device_records",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("owner", sa.String(254), nullable=False),
        sa.Column("owner_id", sa.String(40), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("hardware_id", sa.String(64), nullable=False),
        sa.Column("is_managed", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name="pk_device_records"),
    )
    for name in ("owner_id", "serial", "hardware_id"):
        op.create_index(f"ix_device_records_{name}", "device_records", [name])
    op.create_table(
        "device_matches",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("record_id", sa.String(100), nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("word", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("source", "record_id", "device_id", name="pk_device_matches"),
    )
    op.create_index("ix_device_matches_device_id", "device_matches", ["device_id"])
    op.create_table(
        "osquery_nodes",
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("record_id", sa.String(100), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_osquery_nodes"),
    )
    for name in ("serial", "hardware_id"):
        op.add_column("devices", sa.Column(name, sa.String(64), nullable=False, server_default=""))
        op.create_index(f"ix_devices_{name}", "devices", [name])
    _fill()


def _fill() -> None:
    """What agents told when they enrolled is there already. A serial number that says nothing equals no record's."""
    devices = sa.table("devices", *(sa.column(name, sa.Text()) for name in ("id", "hardware", "serial")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(devices.c.id, devices.c.hardware)).all():
        serial = "".join(str(json.loads(row.hardware).get("serial", "")).split()).casefold()[:64]
        connection.execute(sa.update(devices).where(devices.c.id == row.id).values(serial=serial))
