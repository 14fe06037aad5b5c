from pathlib import Path

import sqlalchemy as sa
from alembic import op

from limen.storage import migrations

OURS = Path(migrations.__path__[0]) / "versions"
down_revision = max(path.name[:4] for path in OURS.glob("0*.py"))
revision = "9000"


def upgrade() -> None:
    columns = (sa.Column("person_id", sa.String(40), primary_key=True), sa.Column("at", sa.BigInteger, nullable=False))
    op.create_table("trainings", *columns)
