"""Keys that sign what firewalls are told: made once, renewed with an overlap, dropped when they are over."""

from __future__ import annotations

from tests.network.firewalls.databases import database

from limen.clock import from_iso
from limen.following.keys import AHEAD, KEPT, LIVES
from limen.network.firewalls import store
from limen.network.firewalls.keys import kept_keys
from limen.storage import Database, Keyring

__all__ = ["database"]
NOW = from_iso("2026-11-27T09:00:00Z")


def test_keys_are_made_once_renewed_and_dropped(database: Database) -> None:
    keyring = Keyring.open(database, bytes(32))

    def kept(now: int) -> list[str]:
        return [one.id for one in database.write(lambda at: kept_keys(at, keyring, now))]

    (first,) = kept(NOW)
    assert kept(NOW + AHEAD) == [first]
    renewed = NOW + LIVES - AHEAD
    second, before = kept(renewed)
    assert before == first
    assert kept(renewed + AHEAD + KEPT) == [second]
    ((_, sealed, _),) = database.read(lambda at: store.keys(at.connection))
    assert database.write(lambda at: kept_keys(at, keyring, renewed + AHEAD + KEPT))[0].secret not in sealed
