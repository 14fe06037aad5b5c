"""For each cause, what becomes of somebody's accounts at apps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sso.provisioning.rows import NOW, account

from limen.credentials import Cause, Ending, Stays
from limen.sso.provisioning import store
from limen.sso.provisioning.credentials import CREDENTIALS
from limen.sso.provisioning.model import NEVER, State
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    opened.write(lambda t: store.add(t.connection, account(1)))
    opened.write(lambda t: store.add(t.connection, account(2)))
    opened.write(lambda t: store.ASKED.ended(t.connection, "wiki", NOW))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("cause", "state", "due_at"),
    [
        (Cause.DEACTIVATED, State.LEAVING, 0),
        (Cause.MOVED, State.ACTIVE, 0),
        (Cause.SIGNED_OUT, State.ACTIVE, 0),
        (Cause.LOST, State.ACTIVE, NEVER),
        (Cause.STOLEN, State.ACTIVE, NEVER),
        (Cause.ERASED, State.LEAVING, 0),
    ],
)
def test_what_ends_and_what_is_looked_at_again(database: Database, cause: Cause, state: State, due_at: int) -> None:
    (kind,) = CREDENTIALS
    how = kind.how(cause)
    if not isinstance(how, Stays):
        assert database.write(lambda t: how(t, Ending(cause=cause, holder="pe_1", now=NOW))) == 1
    one, other = database.read(lambda s: store.accounts(s.connection))
    assert (one.state, one.due_at, one.is_nobodys) == (state, due_at, cause is Cause.ERASED)
    assert other == account(2)


def test_after_a_restore_every_app_is_compared(database: Database) -> None:
    how = CREDENTIALS[0].how(Cause.RESTORED)
    assert not isinstance(how, Stays)
    assert database.write(lambda t: how(t, Ending(cause=Cause.RESTORED, now=NOW))) == 1
    assert database.read(lambda s: store.app_states(s.connection))["wiki"].tried_at == 0
