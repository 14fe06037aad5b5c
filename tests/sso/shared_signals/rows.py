"""A database with streams of two receivers, for tests of what is kept."""

from __future__ import annotations

from typing import Any

from limen.sso.shared_signals import store
from limen.sso.shared_signals.outbox_store import DueSet, Noted
from limen.sso.shared_signals.store import Stream
from limen.storage import Database

NOW = 1_764_000_000_000


def stream(stream_id: str = "sg_1", **more: Any) -> Stream:
    return Stream(**{"id": stream_id, "receiver": "watch", "made_at": NOW, "events": ("a", "b"), **more})


def with_streams(database: Database, *several: Stream) -> None:
    for one in several:
        database.write(lambda t, one=one: store.add(t.connection, one, None))


def due(number: int, stream_id: str = "sg_1", person: str = "pe_1", at: int = NOW) -> DueSet:
    return DueSet(f"j_{number}", stream_id, person, at, {"jti": f"j_{number}"})


def noted(person: str = "pe_1", **more: Any) -> Noted:
    return Noted(at=NOW, change="ev_1", uri="a", person=person, **more)
