"""Linked accounts, and the sessions that rest on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.identity.store import issuer_accounts as store
from limen.identity.store.issuer_accounts import IssuerAccount, IssuerSession
from limen.storage import Database

HERE, THERE = "https://here.example", "https://there.example"
MIA = IssuerAccount(THERE, "mia", "p_mia", 10, 10)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "limen.db")
    assert opened.write(lambda t: store.link(t.connection, MIA))
    yield opened
    opened.close()


def test_an_account_is_known_by_issuer_and_subject_alone(database: Database) -> None:
    def person_of(issuer: str, subject: str) -> str:
        return database.read(lambda s: store.person_of(s.connection, issuer, subject))

    assert person_of(THERE, "mia") == "p_mia"
    assert [person_of(HERE, "mia"), person_of(THERE, "Mia"), person_of(THERE, "")] == ["", "", ""]


def test_it_is_linked_once_used_and_unlinked(database: Database) -> None:
    taken = IssuerAccount(THERE, "mia", "p_tom", 20)
    assert not database.write(lambda t: store.link(t.connection, taken))
    database.write(lambda t: store.use(t.connection, THERE, "mia", 30))
    assert [one.used_at for one in database.read(lambda s: store.of(s.connection, "p_mia"))] == [30]
    assert database.read(lambda s: store.of(s.connection, issuer=HERE)) == []
    assert [database.write(lambda t: store.unlink(t.connection, "p_mia", THERE)) for _ in range(2)] == [1, 0]


def test_sessions_are_found_by_what_is_named_and_forgotten_when_they_are_over(database: Database) -> None:
    for session_id, sid in (("s_1", "a"), ("s_2", "b")):
        opened = IssuerSession(session_id, "p_mia", THERE, "mia", sid)
        database.write(lambda t, one=opened: store.note_session(t.connection, one))
    database.write(lambda t: store.note_session(t.connection, IssuerSession("s_2", "p_mia", THERE, "mia", "c")))

    def found(**named: str) -> list[str]:
        held = database.read(lambda s: store.sessions_of(s.connection, **named))
        return sorted(one.session_id for one in held)

    assert found(issuer=THERE, subject="mia") == ["s_1", "s_2"]
    assert (found(issuer=THERE, sid="b"), found(issuer=THERE, sid="c"), found(person_id="p_tom")) == ([], ["s_2"], [])
    assert sorted(database.read(lambda s: store.over(s.connection))) == ["s_1", "s_2"]  # no such sessions here
    database.write(lambda t: store.forget_sessions(t.connection, ["s_1"]))
    assert found() == ["s_2"]
