"""What is kept of services that share signals, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.store import DisabledElsewhere
from limen.storage import Database, Transaction

NOW = 1_764_000_000_000


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def came(database: Database, number: int, issued_at: int = NOW, until: int = NOW + 10, of: str = "okta") -> bool:
    digest = number.to_bytes(32, "big")
    return database.write(lambda t: store.is_first(t.connection, digest, of, issued_at, until))


def test_a_stream_is_kept_column_by_column_and_forgotten_whole(database: Database) -> None:
    assert database.read(lambda s: store.stream(s.connection, "okta")).stream_id == ""

    def keep(transaction: Transaction) -> None:
        store.keep(transaction.connection, "okta", stream_id="s1", audience=("a", "b"), status="enabled")
        store.keep(transaction.connection, "okta", verified_at=NOW)
        store.count(transaction.connection, "okta", store.REFUSED, "invalid_key", NOW)

    database.write(keep)
    kept = database.read(lambda s: store.streams(s.connection))["okta"]
    assert (kept.stream_id, kept.audience, kept.status, kept.verified_at) == ("s1", ("a", "b"), "enabled", NOW)
    database.write(lambda t: store.remove(t.connection, "okta"))
    assert database.read(lambda s: (store.streams(s.connection), store.counts(s.connection))) == ({}, [])


def test_a_token_is_first_once_and_forgotten_when_it_can_come_no_more(database: Database) -> None:
    assert (came(database, 1), came(database, 1), came(database, 2, until=NOW + 20)) == (True, False, True)
    database.write(lambda t: store.forget_sets(t.connection, NOW + 10))
    assert (came(database, 1), came(database, 2)) == (True, False)


def test_whoever_sends_too_many_is_remembered_for_less_long_and_can_send_none_of_those_again(
    database: Database,
) -> None:
    for number in range(6):
        came(database, number, NOW + number)
    came(database, 100, of="other")
    database.write(lambda t: store.forget_sets(t.connection, NOW, most=4))
    assert database.read(lambda s: store.stream(s.connection, "okta")).oldest_taken == NOW + 1
    assert [came(database, number, NOW + number) for number in (2, 5, 1)] == [False, False, True]
    assert not came(database, 100, of="other")


def test_what_comes_is_counted_by_what_it_is(database: Database) -> None:
    for at in (NOW, NOW + 5):
        database.write(lambda t, at=at: store.count(t.connection, "okta", store.EVENT, "session-revoked", at))  # type: ignore[misc]
    database.write(lambda t: store.count(t.connection, "okta", store.UNKNOWN, "nobody", NOW + 9))
    found = database.read(lambda s: store.counts(s.connection))
    assert [(one.word, one.number, one.last_at) for one in found] == [
        ("nobody", 1, NOW + 9),
        ("session-revoked", 2, NOW + 5),
    ]


def test_accounts_that_were_disabled_are_kept_by_who_said_so(database: Database) -> None:
    taken = DisabledElsewhere("okta", "p_1", NOW, store.TAKEN, "okta: account-disabled", NOW)
    asked = DisabledElsewhere("okta", "p_2", NOW + 1, store.ASKED_ABOUT, "")
    for one in (taken, asked):
        database.write(lambda t, one=one: store.keep_disabled(t.connection, one))  # type: ignore[misc]
    assert database.read(lambda s: store.disabled(s.connection, "okta", "p_1")) == taken
    assert database.read(lambda s: store.disabled(s.connection, "other", "p_1")) is None
    assert database.read(lambda s: store.taken_since(s.connection, "okta", NOW)) == 1
    assert database.read(lambda s: store.taken_since(s.connection, "okta", NOW + 1)) == 0
    assert database.read(lambda s: store.every_disabled(s.connection, [store.ASKED_ABOUT])) == [asked]
