from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.devices.seen import NOW

from limen.devices.inventory import store
from limen.devices.inventory.model import SeenBrowser
from limen.storage import Database

ONE = SeenBrowser("a" * 64, "p_1", "Firefox", "linux", NOW, NOW)


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def test_when_it_was_first_seen_and_on_which_device_stays_known(database: Database) -> None:
    for seen in (ONE, replace(ONE, last_at=NOW + 5, first_at=NOW + 5, device_id="d_1"), replace(ONE, last_at=NOW + 9)):
        database.write(lambda t, s=seen: store.keep(t.connection, [s]))
    assert database.read(lambda s: store.every(s.connection)) == [replace(ONE, last_at=NOW + 9, device_id="d_1")]
    assert database.write(lambda t: store.forget(t.connection, NOW + 9)) == 0
    assert database.write(lambda t: store.forget(t.connection, NOW + 10)) == 1
