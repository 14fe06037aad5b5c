"""Harbor's sealing keys in a database of their own, for whoever tests them: a conftest takes these over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select

from limen.clock import from_iso
from limen.data.sealing import sealing_keys
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.sealing_keys import Company
from limen.data.sealing.store import SealingKey
from limen.data.settings import SealingSettings
from limen.events import Event
from limen.facts import Label
from limen.pillars import pillars
from limen.storage import Database, Keyring
from limen.storage.tables import outbox

NOW = from_iso("2026-11-24T09:00:00Z")
MASTER = bytes(32)
PAPER, SAFE = Identity(b"\1" * 32), Identity(b"\2" * 32)
"""Two recovery keys."""


@dataclass
class Harbor:
    """The company, its keys, and what was said of them."""

    database: Database
    company: Company

    def set(self, **sealing: Any) -> None:
        """Other settings of `[data.sealing]`."""
        self.company = replace(self.company, sealing=self.company.sealing.model_copy(update=sealing))

    def key_now(self, label: Label = Label.CONFIDENTIAL, now: int = NOW) -> SealingKey:
        return self.database.write(lambda tx: sealing_keys.key_now(tx, self.company, label, now, "p_ada"))

    def new_key(self, label: Label = Label.CONFIDENTIAL, period: str = "2026", now: int = NOW + 1) -> SealingKey:
        return self.database.write(lambda tx: sealing_keys.new_key(tx, self.company, label, period, now, "p_ada"))

    def every_key(self) -> list[SealingKey]:
        return self.database.read(sealing_keys.every)

    def said(self) -> list[Event]:
        rows = self.database.read(
            lambda snapshot: snapshot.connection.execute(select(outbox.c.event).order_by(outbox.c.seq)).scalars().all()
        )
        return [msgspec.json.decode(row, type=Event) for row in rows]


@pytest.fixture
def harbor(tmp_path: Path) -> Iterator[Harbor]:
    pillars()  # their events are declared
    database = Database.open(f"sqlite:///{tmp_path / 'limen.db'}")
    sealing = SealingSettings(recovery=(PAPER.recipient.text, SAFE.recipient.text))
    keyring = Keyring.open(database, MASTER)
    yield Harbor(database, Company("limen.harbor.example", ZoneInfo("Europe/Berlin"), sealing, keyring))
    database.close()
