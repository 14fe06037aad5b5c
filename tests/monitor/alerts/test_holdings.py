"""A case that somebody looks at is nobody's when it is handed over, so that people are called for it again."""

from __future__ import annotations

from tests.storage.conftest import database

from limen.facts import Person
from limen.monitor.alerts import store
from limen.monitor.alerts.holdings import HOLDINGS
from limen.monitor.alerts.model import Case
from limen.monitor.detections.hit import Level
from limen.storage import Database

__all__ = ["database"]
BEN, MIA = Person("p_ben", "Ben"), Person("p_mia", "Mia")


def test_open_cases_are_let_go_and_others_stay(database: Database) -> None:
    cases = [
        Case(id="c_1", title="Ours", level=Level.HIGH, opened_at=1, last_at=1, taken_by="p_ben"),
        Case(id="c_2", title="Hers", level=Level.LOW, opened_at=1, last_at=1, taken_by="p_mia"),
    ]
    for one in cases:
        database.write(lambda t, one=one: store.keep_case(t.connection, one))  # type: ignore[misc]
    (kind,) = HOLDINGS
    assert [one.id for one in database.read(lambda s: kind.list(s.connection, BEN, 9))] == ["c_1"]
    move = kind.hand_over
    assert move is not None
    assert database.write(lambda t: move(t, ["c_1", "c_2"], BEN, MIA, 9, "p_ada")) == 1
    assert {one.id: one.taken_by for one in database.read(lambda s: store.open_cases(s.connection))} == {
        "c_1": "",
        "c_2": "p_mia",
    }
