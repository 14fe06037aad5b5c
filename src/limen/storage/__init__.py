"""The database: engine, migrations, change feed, keyring; and the journal (`limen.storage.journal`)."""

from __future__ import annotations

from limen.storage.change_feed import Feed
from limen.storage.database import Database, Snapshot, Transaction
from limen.storage.keyring import Keyring
from limen.storage.master_key import master_key
from limen.storage.tables import metadata
