"""Sessions that rest on a sign-in by SAML: how the issuer qualified the name, which a sign-out there has to repeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("issuer_sessions", sa.Column("qualifiers", sa.String(40), nullable=False, server_default=""))
