"""The journal: append-only, tamper-evident segments on disk, one chain per writer; sealed hourly to Parquet."""

from __future__ import annotations

from limen.storage.journal.journal import Journal
from limen.storage.journal.reader import Reader
from limen.storage.journal.recent import Live
from limen.storage.journal.verify import verify
from limen.storage.segments.report import Report
