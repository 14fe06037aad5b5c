import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013", "0012"


def upgrade() -> None:
    columns = (sa.Column("person_id", sa.String(40), primary_key=True), sa.Column("at", sa.BigInteger, nullable=False))
    op.create_table("trainings", *columns)
