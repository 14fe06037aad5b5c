from __future__ import annotations

from limen.identity.model import AccountDecision
from limen.identity.store import account_decisions as store
from limen.storage import Database

ONE = AccountDecision("uf_1", "two-accounts", "p_ada", "p_ben", "keep", 100, "why", "p_root", 1)


def test_a_decision_is_kept_counted_and_erased_with_either_of_both(where: str) -> None:
    database = Database.open(where)
    database.write(lambda t: store.keep(t.connection, ONE))
    assert database.read(lambda s: store.by_finding(s.connection, "uf_1")) == ONE
    assert database.read(lambda s: store.by_finding(s.connection, "uf_2")) is None
    assert [database.read(lambda s, at=at: store.count(s.connection, at)) for at in (99, 100)] == [1, 0]
    database.write(lambda t: store.erase(t.connection, "p_cy"))
    assert database.read(lambda s: store.every(s.connection)) == [ONE]
    database.write(lambda t: store.erase(t.connection, "p_ben"))
    assert database.read(lambda s: store.every(s.connection)) == []
    database.close()
