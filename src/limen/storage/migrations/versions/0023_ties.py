"""What ties sessions to their browsers: keys of browsers, and client certificates of devices with their authority."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("tied_from", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("browser_key", sa.String(400), nullable=False, server_default=""))
    op.create_table(
        "device_authority",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_device_authority"),
    )
    op.create_table(
        "device_certificates",
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("owner_id", sa.String(40), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_device_certificates"),
    )
    op.create_index("ix_device_certificates_device_id", "device_certificates", ["device_id"])
    op.create_index("ix_device_certificates_owner_id", "device_certificates", ["owner_id"])
