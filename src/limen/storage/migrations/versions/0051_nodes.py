"""Several nodes on one database: which worker writes down what was said; and the nodes, with who signs for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("said_by", sa.String(40), nullable=False, server_default=""))
    op.create_table(
        "nodes",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("disk", sa.String(40), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, server_default=""),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_nodes")),
    )
    op.create_table(
        "node_authorities",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_authorities")),
    )
