from __future__ import annotations

from limen.identity.store import suspensions
from limen.storage import Database


def test_each_mark_holds_by_itself(database: Database) -> None:
    def add(mark: str, now: int, who: str = "p_mia") -> bool:
        return database.write(lambda t: suspensions.add(t.connection, who, mark, now))

    def held(who: str = "p_mia") -> list[str]:
        return [one.mark for one in database.read(lambda s: suspensions.of(s.connection, who))]

    assert [add("signal okta", 2), add("alert r1", 1), add("alert r1", 3), add("alert r1", 1, "p_ben")] == [
        True,
        True,
        False,
        True,
    ]
    assert held() == ["alert r1", "signal okta"]
    assert not database.write(lambda t: suspensions.remove(t.connection, "p_mia", "alert r2"))
    assert database.write(lambda t: suspensions.remove(t.connection, "p_mia", "alert r1"))
    assert held() == ["signal okta"]
    database.write(lambda t: suspensions.forget(t.connection, "p_mia"))
    assert (held(), held("p_ben")) == ([], ["alert r1"])


def test_a_mark_that_is_too_long_for_its_column_is_still_its_own(database: Database) -> None:
    mark = "signal " + "x" * 100
    assert database.write(lambda t: suspensions.add(t.connection, "p_mia", mark, 1))
    assert database.write(lambda t: suspensions.remove(t.connection, "p_mia", mark))
