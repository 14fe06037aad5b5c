from __future__ import annotations

from tests.mail.conftest import HELLO, MORNING

from limen.clock import DAY
from limen.mail import Mails, store
from limen.mail.store import MailState
from limen.storage.database import Database


def put(database: Database, mails: Mails, person: str = "p_1", about: str = "l_1") -> str:
    mail = database.write(
        lambda tx: mails.put(tx, HELLO, person_id=person, about=about, now=MORNING, until=MORNING + DAY)
    )
    return mail.id


def test_a_mail_is_taken_by_one_and_again_after_the_claim(database: Database, mails: Mails) -> None:
    put(database, mails)
    take = lambda now: database.write(lambda tx: store.take_due(tx.connection, now, 5, now + 100))  # noqa: E731
    assert [len(take(MORNING)), len(take(MORNING + 99)), len(take(MORNING + 100))] == [1, 0, 1]


def test_what_ended_holds_nothing_and_ends_once(database: Database, mails: Mails) -> None:
    mail = put(database, mails)
    end = lambda: database.write(lambda tx: store.finish(tx.connection, mail, MailState.SENT, 1, MORNING, ""))  # noqa: E731
    assert [end(), end()] == [True, False]
    rows = database.read(lambda snapshot: snapshot.connection.execute(store.mails.select()).all())
    assert [(row.state, row.sealed) for row in rows] == [("sent", None)]
    assert database.read(lambda snapshot: store.counted(snapshot.connection)) == {"sent": 1}


def test_what_nobody_wants_any_more_is_dropped_by_link_or_person(database: Database, mails: Mails) -> None:
    put(database, mails, "p_1", "l_1")
    put(database, mails, "p_1", "l_2")
    put(database, mails, "p_2", "l_3")
    dropped = [
        database.write(lambda tx, key=key: store.drop(tx.connection, MORNING, "revoked", **key))  # type: ignore[misc]
        for key in ({"about": "l_1"}, {"person_id": "p_1"}, {"person_id": "p_1"})
    ]
    assert dropped == [1, 1, 0]
    last = database.read(lambda snapshot: store.last_of(snapshot.connection, "p_2"))
    assert last is not None
    assert (last.state, last.about) == (MailState.QUEUED, "l_3")


def test_old_mails_are_forgotten(database: Database, mails: Mails) -> None:
    put(database, mails)
    database.write(lambda tx: store.purge(tx.connection, MORNING + 91 * DAY))
    assert database.read(lambda snapshot: store.recent(snapshot.connection, 9)) == []
