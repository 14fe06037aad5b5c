"""With which devices' certificates a sign-in came. Of those before, only the worker knew that saw it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    op.create_table(
        "session_devices",
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "device_id", name="pk_session_devices"),
    )
    op.create_index("ix_session_devices_device_id", "session_devices", ["device_id"])
