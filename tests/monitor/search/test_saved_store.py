from __future__ import annotations

from pathlib import Path

from limen.monitor.search import saved_store
from limen.monitor.search.saved_store import SavedSearch
from limen.storage import Database


def test_a_search_is_kept_under_one_name_until_it_is_removed(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    for one in (SavedSearch("b", "user:ida", "24h"), SavedSearch("a", "x", "1h"), SavedSearch("b", "user:eve", "7d")):
        database.write(lambda t, one=one: saved_store.keep(t.connection, one, 1))
    kept = database.read(lambda s: saved_store.every(s.connection))
    assert kept == [SavedSearch("a", "x", "1h"), SavedSearch("b", "user:eve", "7d")]
    assert database.read(lambda s: saved_store.number(s.connection)) == 2
    assert [database.write(lambda t: saved_store.forget(t.connection, "a")) for _ in range(2)] == [True, False]
    database.close()
