from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sso.shared_signals.rows import NOW, due, stream, with_streams

from limen.sso.shared_signals import outbox_store, statuses, store
from limen.sso.shared_signals.store import ChangedBy, Status, Stream
from limen.storage import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "limen.db")
    with_streams(opened, stream())
    opened.write(lambda t: outbox_store.enqueue(t.connection, [due(1), due(2)]))
    yield opened
    opened.close()


def now(database: Database) -> Stream | None:
    return database.read(lambda s: store.stream(s.connection, "sg_1"))


def waiting(database: Database) -> list[str]:
    return [one.jti for one in database.read(lambda s: outbox_store.due(s.connection, "sg_1", 9))]


def test_paused_keeps_what_waits_and_disabled_drops_it(database: Database) -> None:
    database.write(lambda t: statuses.pause(t, stream(), NOW))
    held = now(database)
    assert held is not None
    assert (held.status, held.changed_by, held.reason) == (Status.PAUSED, ChangedBy.LIMEN, statuses.UNREACHABLE)
    assert waiting(database) == ["j_1", "j_2"]
    by = ChangedBy.ADMINISTRATOR
    database.write(lambda t: statuses.change(t, stream(), Status.DISABLED, "", NOW, by, update=lambda _: due(3)))
    assert waiting(database) == ["j_3"]


def test_what_its_receiver_paused_goes_on_with_what_is_newer(database: Database) -> None:
    paused = stream(status=Status.PAUSED)
    database.write(lambda t: store.keep(t.connection, paused))
    database.write(lambda t: statuses.drop_old(t, paused, 5, NOW))
    assert now(database) == paused
    database.write(lambda t: statuses.drop_old(t, stream(), 5, NOW))
    held = now(database)
    assert held is not None
    assert (held.status, held.reason, waiting(database)) == (Status.DISABLED, statuses.TOO_OLD, [])


def test_an_end_leaves_nothing(database: Database) -> None:
    database.write(lambda t: statuses.end(t, stream(), NOW, who=ChangedBy.RECEIVER))
    assert (now(database), waiting(database)) == (None, [])
