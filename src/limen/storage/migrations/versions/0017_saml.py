"""Sign-ins at apps are of any protocol; SAML: the keys that assertions are signed with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for column in ("session_id", "person_id"):
        op.drop_index(f"ix_oidc_sign_ins_{column}", "oidc_sign_ins")
    op.rename_table("oidc_sign_ins", "app_sign_ins")
    op.rename_table("oidc_logouts", "app_logouts")
    for column in ("session_id", "person_id"):
        op.create_index(f"ix_app_sign_ins_{column}", "app_sign_ins", [column])
    op.create_table(
        "saml_keys",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("signs_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saml_keys"),
    )
