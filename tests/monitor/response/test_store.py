"""What is kept of what was done: what goes on, what is over, and how often a playbook did something."""

from __future__ import annotations

from pathlib import Path

from limen.clock import HOUR
from limen.monitor.response import store
from limen.monitor.response.model import Doing, Response
from limen.storage import Database


def response(number: int, **more: object) -> Response:
    values: dict[str, object] = {
        "id": f"rs_{number}",
        "case_id": "ca_1",
        "kind": Doing.STEP_UP,
        "subject_kind": "person",
        "subject_id": "p_1",
        "at": number,
        "until": HOUR,
        **more,
    }
    return Response(**values)  # type: ignore[arg-type]


def test_what_goes_on_and_what_is_over(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    several = [
        response(1),
        response(2, ended_at=3, kind=Doing.END_SESSIONS, until=0, playbook="go"),
        response(4, subject_kind="device", subject_id="d_1", kind=Doing.QUARANTINE, by="p_ada"),
    ]
    for one in several:
        database.write(lambda t, one=one: store.add(t.connection, one))

    def asked(what: str, *values: object) -> object:
        return database.read(lambda s: getattr(store, what)(s.connection, *values))

    assert asked("by_id", "rs_1") == several[0]
    assert asked("of_cases", ["ca_1"]) == several
    assert asked("live", ("person", "p_1"), 9) == (several[0],)
    assert sorted(asked("subjects", 9)) == [("device", "d_1"), ("person", "p_1")]  # type: ignore[call-overload]
    assert asked("over", HOUR) == [several[0], several[2]]
    assert (asked("subjects_of_playbook", "go", 0), asked("subjects_of_playbook", "go", 3)) == ([("person", "p_1")], [])
    assert asked("was_done", Doing.END_SESSIONS, ("person", "p_1"), 0) is True
    database.write(lambda t: store.end(t.connection, "rs_1", 9, "p_ada"))
    latest = max(one.at for one in several if (one.kind, one.subject_id) == (Doing.END_SESSIONS, "p_1"))
    assert asked("last_done", Doing.END_SESSIONS, ("person", "p_1")) == latest
    assert asked("last_done", Doing.END_SESSIONS, ("person", "p_2")) == 0
    assert asked("live", ("person", "p_1"), 9) == ()
    database.write(lambda t: store.forget(t.connection, 3))
    assert asked("of_cases", ["ca_1"]) == [several[2]]
    database.close()
