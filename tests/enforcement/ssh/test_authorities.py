"""Keys of the authorities: made once, renewed with an overlap, and gone when nothing that they signed counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limen.clock import DAY, HOUR, Instant, from_iso
from limen.enforcement.ssh import store
from limen.enforcement.ssh.authorities import Authorities, Purpose, kept_authorities, renew
from limen.following.keys import AHEAD, KEPT, LIVES
from limen.pillars import pillars
from limen.storage import Database, Keyring

NOW = from_iso("2026-11-24T09:00:00Z")


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    pillars()
    opened = Database.open(where)
    yield opened
    opened.close()


@pytest.fixture
def keyring(database: Database) -> Keyring:
    return Keyring.open(database, bytes(32))


def kept(database: Database, keyring: Keyring, now: Instant) -> Authorities:
    return database.write(lambda transaction: kept_authorities(transaction, keyring, now))


def test_people_and_hosts_have_an_authority_each_and_the_same_the_next_time(
    database: Database, keyring: Keyring
) -> None:
    first = kept(database, keyring, NOW)
    assert {one.purpose for one in first.keys} == set(Purpose)
    assert len({one.line for one in first.keys}) == 2
    assert [one.line for one in kept(database, keyring, NOW + HOUR).keys] == [one.line for one in first.keys]
    assert first.signing(Purpose.PEOPLE, NOW) in first.of(Purpose.PEOPLE)


def test_no_secret_is_kept_as_it_is_or_shown(database: Database, keyring: Keyring) -> None:
    for one in kept(database, keyring, NOW).keys:
        sealed = database.read(lambda snapshot, one=one: store.authorities(snapshot.connection, one.purpose))[0][1]
        assert one.secret not in sealed
        assert repr(one.secret) not in repr(one)


def test_the_next_key_is_known_for_a_day_before_it_signs_and_the_last_one_stays(
    database: Database, keyring: Keyring
) -> None:
    old = kept(database, keyring, NOW).signing(Purpose.PEOPLE, NOW)
    later = NOW + LIVES - AHEAD
    both = kept(database, keyring, later)
    new = both.of(Purpose.PEOPLE)[0]
    assert (both.signing(Purpose.PEOPLE, later), both.signing(Purpose.PEOPLE, later + AHEAD)) == (old, new)
    assert old.line in [one.line for one in kept(database, keyring, later + AHEAD + KEPT - 1).keys]
    assert old.line not in [one.line for one in kept(database, keyring, later + AHEAD + KEPT).keys]


def test_keys_are_renewed_early_once_at_a_time(database: Database, keyring: Keyring) -> None:
    kept(database, keyring, NOW)
    when = NOW + 2 * DAY
    assert database.write(lambda transaction: renew(transaction, keyring, when, "p_ada"))
    assert not database.write(lambda transaction: renew(transaction, keyring, when + HOUR, "p_ada"))
    assert len(kept(database, keyring, when).keys) == 4
