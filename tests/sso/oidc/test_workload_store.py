"""Keys of workloads, where those are signed in, and assertions that were used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from limen.sso.oidc import workload_store as store
from limen.sso.oidc.workload_store import WorkloadKey, WorkloadSignIn
from limen.storage import Database

KEY = WorkloadKey("t" * 43, "w_batch", "t" * 43, "{}", 10, 100)
OTHER = replace(KEY, thumbprint="u" * 43, name="other", added_at=11)
HERE = WorkloadSignIn("g_1", "w_batch", "grafana", KEY.thumbprint, "198.51.100.9")


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    for key in (KEY, OTHER):
        opened.write(lambda t, key=key: store.add_key(t.connection, key))
    yield opened
    opened.close()


def test_keys_are_found_by_holder_and_thumbprint(database: Database) -> None:
    assert database.read(lambda s: store.keys_of(s.connection, "w_batch")) == [KEY, OTHER]
    assert database.read(lambda s: store.keys_of(s.connection, "w_other")) == []
    assert database.read(lambda s: store.key_of(s.connection, OTHER.thumbprint)) == OTHER
    assert database.read(lambda s: store.key_of(s.connection, "")) is None


def test_one_sign_in_for_each_app_and_key_with_the_newest_address(database: Database) -> None:
    first = database.write(lambda t: store.sign_in(t.connection, HERE))
    moved = replace(HERE, id="g_2", address="198.51.100.10")
    assert database.write(lambda t: store.sign_in(t.connection, moved)) == replace(moved, id=first.id)
    assert database.read(lambda s: store.sign_in_of(s.connection, "g_1", 99)) == replace(moved, id="g_1")
    assert database.read(lambda s: store.sign_in_of(s.connection, "g_2", 99)) is None
    by_other = replace(HERE, id="g_3", key=OTHER.thumbprint)
    assert database.write(lambda t: store.sign_in(t.connection, by_other)).id == "g_3"


def test_a_sign_in_ends_with_its_key_or_by_itself(database: Database) -> None:
    database.write(lambda t: store.sign_in(t.connection, HERE))
    assert database.read(lambda s: store.sign_in_of(s.connection, "g_1", KEY.until)) is None
    database.write(lambda t: store.end_sign_in(t.connection, "g_1"))
    assert database.read(lambda s: store.sign_in_of(s.connection, "g_1", 20)) is None
    database.write(lambda t: store.sign_in(t.connection, HERE))
    database.write(lambda t: store.remove_key(t.connection, KEY.thumbprint))
    assert database.read(lambda s: store.sign_in_of(s.connection, "g_1", 20)) is None
    assert database.read(lambda s: store.keys_of(s.connection)) == [OTHER]


def test_an_assertion_is_used_by_one_and_remembered_until_it_is_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def use(client: str, until: int, now: int, assertion: bytes = b"a") -> str:
        return database.write(lambda t: store.use(t.connection, client, assertion * 32, until, now))

    assert [use("w_batch", 50, 9), use("w_batch", 50, 9), use("w_other", 50, 9)] == ["first", "again", "first"]
    monkeypatch.setattr(store, "MOST_ASSERTIONS", 2)
    assert [use("w_batch", 60, 49, b"b"), use("w_batch", 60, 49, b"c")] == ["first", "too_many"]
    assert use("w_batch", 60, 50, b"c") == "first", "one is over"
    database.write(lambda t: store.forget(t.connection, 49, 0))
    assert use("w_other", 50, 49) == "again"
    database.write(lambda t: store.forget(t.connection, 50, KEY.until))
    assert use("w_other", 90, 50) == "first"
    assert database.read(lambda s: store.keys_of(s.connection)) == [], "long over"
