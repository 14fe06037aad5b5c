"""Requests for flows of the network, beside those for access to apps; and which owner was reminded of which flow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("access_requests", sa.Column("flow", sa.Text(), server_default="", nullable=False))
