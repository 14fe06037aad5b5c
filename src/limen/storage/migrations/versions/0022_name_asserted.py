"""Of a sign-in at an app by SAML: the name that its assertion had."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("app_sign_ins", sa.Column("name_id", sa.String(254), nullable=False, server_default=""))
