"""What is kept of findings beside their events."""

from __future__ import annotations

from limen.clock import HOUR
from limen.data.findings import store
from limen.data.findings.model import DocumentException, State, Triage
from limen.storage import Database


def test_triage_reasons_and_exceptions_are_kept_until_they_are_over(where: str) -> None:
    database = Database.open(where)
    mine, everybodys = (
        DocumentException(f"dx{number}", bytes([number]) * 16, person, "wiki", "e1", 100 + number)
        for number, person in ((1, "ana"), (2, ""))
    )

    def write(transaction):
        connection = transaction.connection
        store.keep_triage(connection, "e1", Triage(State.CONFIRMED, "bo", "ada", 5))
        store.keep_triage(connection, "e1", Triage(State.NOT_SENSITIVE, "bo", "ada", 6))
        store.keep_triage(connection, "e2", Triage(State.OPEN, "bo", "ada", 6))
        store.keep_reason(connection, "e1", "ana", "why", 5)
        store.add_exception(connection, mine)
        store.add_exception(connection, everybodys)

    database.write(write)
    with database._readers.begin() as connection:
        assert store.triage_of(connection, ["e1", "x"]) == {"e1": Triage(State.NOT_SENSITIVE, "bo", "ada", 6)}
        assert store.decided(connection, 9) == {"e1"}
        assert store.in_state(connection, State.NOT_SENSITIVE, 9) == ["e1"]
        assert store.reasons_of(connection, ["e1"]) == {"e1": "why"}
        assert store.exceptions(connection, 100) == [mine, everybodys]
        assert store.exceptions(connection, 100, "ana") == [mine]
        assert store.exceptions(connection, 101) == [everybodys]
        assert store.exceptions_of(connection, ["e1"]) == [mine, everybodys]
    database.write(lambda tx: store.widen(tx.connection, "dx1", 200))
    database.write(lambda tx: store.end_exceptions(tx.connection, ["dx2"], 50))
    with database._readers.begin() as connection:
        assert [one.id for one in store.exceptions(connection, 50 - HOUR)] == ["dx1"]  # a node that is an hour behind
        (left,) = store.exceptions(connection, 100, "")
        assert (left.id, left.until) == ("dx1", 200)
    database.write(lambda tx: store.forget(tx.connection, 1_000))
    with database._readers.begin() as connection:
        assert store.exceptions(connection, 0) == []
        assert store.triage_of(connection, ["e1"]) == store.reasons_of(connection, ["e1"]) == {}
    database.close()
