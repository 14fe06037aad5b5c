"""Run by Alembic: migrates on the connection (and in the transaction) that `storage/upgrade.py` hands over."""

from __future__ import annotations

from alembic import context

from limen.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
