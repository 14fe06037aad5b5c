"""The event store: what every source said, in segments on disk that become Parquet, asked through DuckDB."""

from __future__ import annotations

from limen.storage.event_store.asking import Answer, Asking
from limen.storage.event_store.columns import Column, Kind
from limen.storage.event_store.following import START, Position
from limen.storage.event_store.journal_view import JournalView
from limen.storage.event_store.keeping import Keeping
from limen.storage.event_store.store import EventStore, Figures
