"""Network sessions that have ended here, and of which the NAS has not said so yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.add_column("radius_sessions", sa.Column("ending_at", sa.BigInteger(), server_default="0", nullable=False))
