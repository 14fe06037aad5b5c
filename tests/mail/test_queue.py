from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.mail.conftest import HELLO, MORNING

from limen.mail import Mails
from limen.mail.store import mails as table, take_due
from limen.storage.database import Database


def test_a_thief_of_the_database_reads_no_mail(database: Database, mails: Mails) -> None:
    database.write(lambda tx: mails.put(tx, HELLO, person_id="p_1", about="l_1", now=MORNING, until=MORNING + 9))
    row = database.read(lambda snapshot: snapshot.connection.execute(select(table)).one())
    assert not any(word in repr(tuple(row)) for word in ("secret", "eve@", "Hello"))
    (due,) = database.write(lambda tx: take_due(tx.connection, MORNING, 5, MORNING + 5))
    assert mails.opened(due) == HELLO


def test_a_mail_goes_with_its_transaction(database: Database, mails: Mails) -> None:
    def work(tx: object) -> None:
        mails.put(tx, HELLO, person_id="p_1", about="l_1", now=MORNING, until=MORNING + 9)  # type: ignore[arg-type]
        raise KeyError

    with pytest.raises(KeyError):
        database.write(work)
    assert database.read(lambda snapshot: snapshot.connection.execute(select(table)).all()) == []
