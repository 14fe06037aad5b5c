"""The last day on which somebody has access, in the company's time zone, as 2026-12-18."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.add_column("people", sa.Column("last_day", sa.String(10), nullable=False, server_default=""))
