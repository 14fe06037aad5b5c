"""What stands beside a revision: the authors' texts, its door, tests, proof and predicted effect."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("revisions", sa.Column("via", sa.String(10), nullable=False, server_default="server"))
    op.add_column("revisions", sa.Column("beside", sa.Text, nullable=False, server_default="{}"))
    op.add_column("revisions", sa.Column("files", sa.Text, nullable=False, server_default="{}"))
    op.create_table(
        "revision_texts",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_revision_texts"),
    )
