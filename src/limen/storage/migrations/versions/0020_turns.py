"""Of a sign-in at an app: by which decision it began, and in which turn of its refresh tokens it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    for name in ("turn", "turned_at", "repeats"):
        op.add_column("app_sign_ins", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("app_sign_ins", sa.Column("decision", sa.String(40), nullable=False, server_default=""))
