"""Sign-ins at apps, of whatever protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from limen.sso import sign_ins
from limen.sso.sign_ins import MOST_OF_A_SESSION, AppSignIn
from limen.storage import Database, Transaction

SIGN_IN = AppSignIn("g_1", "grafana", "p_mia", "s_1", "openid", 10)


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    opened.write(lambda t: sign_ins.add(t.connection, SIGN_IN))
    yield opened
    opened.close()


def test_a_grant_ends_once_and_its_app_is_to_be_told(database: Database) -> None:
    ended = [database.write(lambda t: sign_ins.end(t.connection, ["g_1", "g_2"], 30)) for _ in range(2)]
    assert [len(one) for one in ended] == [1, 0]
    assert database.read(lambda s: sign_ins.open_sign_ins(s.connection)) == []
    due = database.read(lambda s: sign_ins.due_logouts(s.connection, 30, 9))
    assert [(sign_in.id, tries) for sign_in, tries in due] == [("g_1", 0)]
    database.write(lambda t: sign_ins.tell_again(t.connection, "g_1", 60, 1))
    assert database.read(lambda s: sign_ins.due_logouts(s.connection, 59, 9)) == []
    database.write(lambda t: sign_ins.told(t.connection, "g_1"))
    assert database.read(lambda s: sign_ins.due_logouts(s.connection, 99, 9)) == []


def test_the_oldest_of_one_session_at_one_app_is_too_many(database: Database) -> None:
    def fill(transaction: Transaction) -> None:
        for number in range(2, MOST_OF_A_SESSION + 1):
            sign_ins.add(transaction.connection, replace(SIGN_IN, id=f"g_{number}", at=10 + number))

    assert database.read(lambda s: sign_ins.one_too_many(s.connection, SIGN_IN)) == []
    database.write(fill)
    assert database.read(lambda s: sign_ins.one_too_many(s.connection, SIGN_IN)) == ["g_1"]
    other = replace(SIGN_IN, session_id="s_2")
    assert database.read(lambda s: sign_ins.one_too_many(s.connection, other)) == []


def test_a_turn_begins_once_and_is_repeated_so_often(database: Database) -> None:
    turns = [database.write(lambda t: sign_ins.next_turn(t.connection, "g_1", 1, 50)) for _ in range(2)]
    assert turns == [True, False]
    repeats = [database.write(lambda t: sign_ins.repeat_turn(t.connection, "g_1", 1, 2)) for _ in range(3)]
    assert repeats == [True, True, False]
    found = database.read(lambda s: sign_ins.sign_in_of(s.connection, "g_1"))
    assert found is not None
    assert (found.turn, found.turned_at, found.repeats) == (1, 50, 2)
    assert not database.write(lambda t: sign_ins.next_turn(t.connection, "g_1", 3, 60))  # none is left out
    assert database.write(lambda t: sign_ins.next_turn(t.connection, "g_1", 2, 60))
    assert not database.write(lambda t: sign_ins.repeat_turn(t.connection, "g_1", 1, 9))
    database.write(lambda t: sign_ins.end(t.connection, ["g_1"], 70))
    assert not database.write(lambda t: sign_ins.repeat_turn(t.connection, "g_1", 2, 9))
    assert not database.write(lambda t: sign_ins.next_turn(t.connection, "g_1", 3, 70))
