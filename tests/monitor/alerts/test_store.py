"""What is kept of alerts, cases and suppressions comes back as it was, and goes when its time is over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.monitor.notify.test_content import CASE, NOW, alert

from limen.clock import DAY
from limen.monitor.alerts import store
from limen.monitor.alerts.model import Suppression
from limen.storage import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(tmp_path / "limen.db")


def asked(database: Database, what: str, *values: Any, **named: Any) -> Any:
    return database.read(lambda s: getattr(store, what)(s.connection, *values, **named))


def done(database: Database, what: str, *values: Any) -> None:
    database.write(lambda t: getattr(store, what)(t.connection, *values))


def test_alerts_and_cases(database: Database) -> None:
    one, other = alert(1, says={"count": 3, "user": "jane"}, events=("e1", "e2")), alert(2, rule="s", closed_at=NOW)
    for kept in (one, replace(one, count=9), other):
        done(database, "keep_alert", kept)
    done(database, "keep_case", CASE)
    assert asked(database, "alert", "al_1") == replace(one, count=9)
    assert asked(database, "alert", "al_none") is asked(database, "case", "ca_none") is None
    assert asked(database, "alerts_of", "ca_1") == [replace(one, count=9), other]
    assert asked(database, "alerts_in", ["ca_1", "ca_2"]) == {"ca_1": [replace(one, count=9), other]}
    assert [each.id for each in asked(database, "recent_alerts", 9, is_open=False)] == ["al_2"]
    assert asked(database, "open_alert", "r", "person:p_1", NOW).count == 9
    assert asked(database, "open_alert", "s", "person:p_1", NOW) is None
    assert asked(database, "count_opened", "r", NOW) == 1
    assert asked(database, "case", "ca_1") == asked(database, "open_cases")[0] == CASE
    assert asked(database, "case_about", "p_1", "", "x", NOW) == asked(database, "case_of_rule", "r", NOW) == CASE
    assert asked(database, "case_about", "p_2", "d_2", "x", NOW) is None
    done(database, "keep_case", replace(CASE, closed_at=NOW))
    assert asked(database, "recent_cases", 9, is_open=True) == []
    done(database, "forget", NOW + DAY)
    assert [each.id for each in asked(database, "recent_alerts", 9)] == ["al_1"]  # what is open stays
    assert asked(database, "recent_cases", 9) == []


def test_a_storm_takes_in_what_is_its_own_and_no_case_with_others(database: Database) -> None:
    done(database, "keep_alert", alert(1, case_id="pure"))
    done(database, "keep_alert", alert(2, case_id="mixed"))
    done(database, "keep_alert", alert(3, case_id="mixed", rule="other"))
    for name in ("pure", "mixed", "storm"):
        done(database, "keep_case", replace(CASE, id=name))
    done(database, "merge_storm", "r", NOW, "storm")
    assert [each.id for each in asked(database, "alerts_of", "storm")] == ["al_1"]
    assert sorted(each.id for each in asked(database, "recent_cases", 9)) == ["mixed", "storm"]


def test_suppressions(database: Database) -> None:
    narrow = Suppression(id="su_1", rule="r", entity="host:a", since=1, until=NOW, why="x", by="p")
    wide = replace(narrow, id="su_2", entity="")
    for one in (wide, narrow):
        done(database, "add_suppression", one)
    assert asked(database, "live_suppressions", 5) == [narrow, wide]
    done(database, "count_suppressed", "su_1", 1)
    done(database, "end_suppression", "su_2", 4, "p_ada")
    assert asked(database, "live_suppressions", 5) == [replace(narrow, count=1)]
    assert asked(database, "suppression", "su_2").ended_by == "p_ada"
    assert [one.id for one in asked(database, "every_suppression", ended_since=5)] == ["su_1"]
