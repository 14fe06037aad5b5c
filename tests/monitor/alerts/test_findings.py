"""What is kept of findings, and what of them counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from limen.clock import DAY, HOUR
from limen.facts import Auth, Session
from limen.monitor.alerts import findings
from limen.monitor.alerts.findings import COUNTS_FOR, MOST_ALIKE, Finding
from limen.monitor.detections.hit import Hit, Level
from limen.storage import Database

NOW = 1_800_000_000_000
IDA = ("person", "p1")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(tmp_path / "limen.db")


def finding(number: int, *, at: int = NOW, explained: bool = True, **more: Any) -> Finding:
    values = {"rule": "r", "title": "T", "level": Level.HIGH, "entity": "person:p1", "person_id": "p1", **more}
    values.setdefault("device_id", "d1")
    hit = Hit(id=f"h{number}", at=at, is_explained_by_passkey=explained, **values)
    return Finding(hit, f"al_{values['rule']}", IDA, at, is_proven=True)


def add(database: Database, *several: Finding) -> None:
    database.write(lambda t: findings.add(t.connection, several))


def asked(database: Database, what: str, *values: Any) -> Any:
    return database.read(lambda s: getattr(findings, what)(s.connection, *values))


def test_a_finding_comes_back_as_it_was(database: Database) -> None:
    add(database, finding(1), finding(2, at=NOW - 1))
    assert asked(database, "of_alert", "al_r", 9) == [finding(1), finding(2, at=NOW - 1)]
    assert asked(database, "times_of", ["h1", "h9"]) == {"h1": 1}
    assert asked(database, "count_of_alert", "al_r") == 2
    assert asked(database, "subjects", NOW) == [IDA]
    assert (asked(database, "is_about", "al_r", "p1"), asked(database, "is_about", "al_r", "p2")) == (True, False)
    assert asked(database, "whose_with", "p1") == [IDA]


def test_of_what_is_alike_so_much_counts_and_of_the_rest_all(database: Database) -> None:
    alike = [finding(n, at=NOW - n) for n in range(100)]
    add(database, *alike, finding(200, at=NOW - HOUR, level=Level.LOW), finding(201, at=NOW - 2 * HOUR, rule="s"))
    counted = asked(database, "counted", IDA, NOW)
    assert len(counted) == MOST_ALIKE + 2
    assert {"h0", "h200", "h201"} <= {one.id for one in counted}
    assert asked(database, "counted", IDA, NOW + COUNTS_FOR + 1) == ()


def test_what_is_released_counts_for_nothing_until_it_is_taken_back(database: Database) -> None:
    add(database, finding(1))
    assert database.write(lambda t: findings.release(t.connection, "al_r", NOW)) == [IDA]
    assert asked(database, "counted", IDA, NOW) == ()
    database.write(lambda t: findings.release(t.connection, "al_r", 0))
    assert len(asked(database, "counted", IDA, NOW)) == 1


def test_what_a_passkey_explains(database: Database) -> None:
    add(database, finding(1, at=NOW - 9), finding(2, at=NOW), finding(3, at=NOW - 9, explained=False))
    untied, elsewhere = (finding(n, at=NOW - 9, device_id="", session=id_) for n, id_ in ((4, "s1"), (5, "s2")))
    add(database, untied, elsewhere)

    def explain(device: str, person: str) -> list[tuple[str, str]]:
        auth = Auth(strength=3, at=NOW)
        proved = Session("s1", person, auth, NOW - 9, NOW + 9, 9, device_id=device, binding=1, bound_until=NOW + 9)
        return database.write(lambda t: findings.explain(t.connection, proved, NOW))

    assert explain("d1", "p2") == []
    assert (explain("d2", "p1"), explain("d2", "p1")) == ([IDA], [])  # found in this session before it was tied
    assert (explain("d1", "p1"), explain("d1", "p1")) == ([IDA], [])
    assert {one.id for one in asked(database, "counted", IDA, NOW) if one.is_explained} == {"h1", "h4"}


def test_what_would_have_been_hidden(database: Database) -> None:
    add(database, finding(1), finding(2, at=NOW - DAY, level=Level.CRITICAL), finding(3, entity="host:a"))
    would = asked(database, "would_hide", "r", "person:p1", NOW - 2 * DAY)
    assert (would.findings, would.days, would.worst, would.real) == (2, 2, Level.CRITICAL, 0)
    assert asked(database, "would_hide", "r", "", NOW - HOUR).findings == 2
    assert asked(database, "would_hide", "none", "", 0).worst is None
    assert asked(database, "is_entity_of", "person:p1", "p1")
