"""Every passkey that proved a session, not only the last one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "session_passkeys",
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("passkey_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "passkey_id", name="pk_session_passkeys"),
    )
    op.create_index("ix_session_passkeys_passkey_id", "session_passkeys", ["passkey_id"])
    op.execute(
        "INSERT INTO session_passkeys (session_id, passkey_id)"
        " SELECT id, passkey_id FROM sessions WHERE passkey_id <> ''"
    )
