"""What is kept of a service that is asked, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limen.connectors.asked_store import LONGEST_ERROR, AskedState
from limen.monitor.sources.pulls_store import ASKED
from limen.storage import Database, Keyring

NOW = 1_795_770_000_000


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def state(database: Database) -> AskedState:
    return database.read(lambda s: ASKED.states(s.connection))["okta"]


def test_one_alone_asks_for_as_long_as_it_goes_on(database: Database) -> None:
    assert database.write(lambda t: ASKED.begin(t.connection, "okta", NOW, 60)) is True
    assert database.write(lambda t: ASKED.begin(t.connection, "okta", NOW + 59, 60)) is False
    database.write(lambda t: ASKED.went_on(t.connection, "okta", 7, NOW + 100))
    assert database.write(lambda t: ASKED.begin(t.connection, "okta", NOW + 99, 60)) is False
    assert state(database).progress == 7
    assert database.write(lambda t: ASKED.begin(t.connection, "okta", NOW + 100, 60)) is True
    assert (state(database).progress, state(database).tried_at) == (0, NOW + 100)


def test_failures_are_counted_in_a_row_and_an_error_is_cut(database: Database) -> None:
    for _ in range(2):
        database.write(lambda t: ASKED.ended(t.connection, "okta", NOW, "x" * 1_000))
    assert (state(database).failures, len(state(database).error), state(database).done_at) == (2, LONGEST_ERROR, 0)
    database.write(lambda t: ASKED.ended(t.connection, "okta", NOW + 1))
    assert state(database) == AskedState("okta", tried_at=NOW + 1, done_at=NOW + 1)


def test_a_secret_is_sealed_for_its_place_and_a_new_one_is_a_new_beginning(database: Database) -> None:
    keyring = Keyring({1: bytes(32)}, (bytes(32),))
    database.write(lambda t: ASKED.ended(t.connection, "okta", NOW, "wrong"))
    database.write(lambda t: ASKED.keep_secret(t.connection, keyring, "okta", "https://okta", "s3cret"))
    assert state(database) == AskedState("okta", has_secret=True)
    for place, secret in (("https://okta", "s3cret"), ("https://evil", ""), ("", "")):
        assert database.read(lambda s, at=place: ASKED.secret_of(s.connection, keyring, "okta", at)) == secret
    database.write(lambda t: ASKED.forget(t.connection, "okta"))
    assert database.read(lambda s: ASKED.states(s.connection)) == {}
