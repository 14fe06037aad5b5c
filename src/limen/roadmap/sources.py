"""Where evidence is read from, the same for a running Limen and for a command beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from limen.clock import Instant
from limen.company.company import Company
from limen.settings import Settings
from limen.storage import Database, Keyring
from limen.storage.journal import Reader


@dataclass(frozen=True, slots=True)
class Sources:
    """`root` is the company folder, `company` what is in force (None before anything was published), `now` the instant
    that all is measured at. `may_keep`: what is counted of the journal is kept, so that it is not counted again.
    """

    root: Path
    settings: Settings
    company: Company | None
    database: Database
    keyring: Keyring
    reader: Reader
    now: Instant
    may_keep: bool = False
