from __future__ import annotations

from pathlib import Path

from tests.devices.seen import NOW
from tests.devices.signals.test_model import signal

from limen.devices.signals import store
from limen.devices.signals.listing import listed
from limen.devices.signals.model import Level
from limen.facts.signal_sources import SignalSource
from limen.storage import Database

SOURCES = (SignalSource("edr", "webhook"), SignalSource("av", "webhook"))


def test_each_source_is_listed_with_whether_it_can_send_when_it_was_heard_and_what_counts(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    database.write(lambda t: store.keep(t.connection, signal(Level.HIGH), "p"))
    database.write(lambda t: store.keep_secret(t.connection, "edr", b"sealed", NOW))
    database.write(lambda t: store.heard(t.connection, "edr", NOW + 1))
    now = database.read(lambda s: listed(s.connection, SOURCES, NOW))
    later = database.read(lambda s: listed(s.connection, SOURCES, NOW + 10))
    database.close()
    assert [(one.source.name, one.has_secret, one.heard_at, one.live) for one in now] == [
        ("edr", True, NOW + 1, 1),
        ("av", False, 0, 0),
    ]
    assert [one.live for one in later] == [0, 0]
