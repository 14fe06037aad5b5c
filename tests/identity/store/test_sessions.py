"""Sessions and the marks that kill them."""

from __future__ import annotations

from limen.facts import Factor, Session
from limen.identity.model import auth_of
from limen.identity.store import sessions
from limen.storage.database import Database


def test_a_mark_only_moves_forward(database: Database) -> None:
    for at in (100, 50, 200, 150):
        database.write(lambda t, at=at: sessions.raise_not_before(t.connection, "person", "p_ada", at))
    assert database.read(lambda s: sessions.not_before_of(s.connection, "person", "p_ada")) == 200
    assert database.read(lambda s: sessions.not_before_of(s.connection, "company", "")) == 0


def test_a_session_comes_back_as_it_was_with_its_proofs(database: Database) -> None:
    proofs = {Factor.PASSWORD: 5, Factor.CODE: 7}
    session = Session("s_1", "p_ada", auth_of(proofs), 5, 100, 50, address="192.0.2.1", user_agent="Firefox")
    database.write(lambda t: sessions.add(t.connection, session, b"h" * 32, proofs))
    assert database.read(lambda s: sessions.by_id(s.connection, "s_1")) == (b"h" * 32, session, 5)
    assert database.read(lambda s: sessions.proofs_of(s.connection, "s_1")) == proofs
    database.write(lambda t: sessions.save_last_used(t.connection, [("s_1", 60), ("s_gone", 60)]))
    database.write(lambda t: sessions.save_last_used(t.connection, [("s_1", 30)]))
    assert database.read(lambda s: sessions.all_good(s.connection, 99))[0][2] == 60
    assert database.read(lambda s: sessions.all_good(s.connection, 100)) == []
