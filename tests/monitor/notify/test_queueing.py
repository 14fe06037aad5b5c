"""Who is told: by level, once for what waits, again only after a while; the rest of it is in test_service.py."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from tests.monitor.notify.test_content import NOW, alert

from limen.clock import HOUR
from limen.monitor.alerts.folding import Folded
from limen.monitor.detections.hit import Level
from limen.monitor.notify import store
from limen.monitor.notify.queueing import AGAIN_AFTER, Queueing
from limen.monitor.notify.rules import Channel, Hours, Kind, NotifyRules
from limen.storage import Database


def test_by_level_and_once_for_what_waits(tmp_path: Path) -> None:
    rules = NotifyRules(
        {
            "all": Channel(Kind.SLACK, Level.LOW),
            "worst": Channel(Kind.SLACK, Level.CRITICAL),
            "later": Channel(Kind.SLACK, Level.LOW, after_ms=HOUR),
        }
    )
    queueing, database = Queueing(lambda: rules, lambda: UTC), Database.open(tmp_path / "limen.db")

    def tell(now: int) -> list[tuple[str, int]]:
        database.write(lambda t: queueing.tell(t, Folded(alert(), None), now))
        due = database.read(lambda s: store.due(s.connection, now + HOUR, 99))
        return [(one.channel, one.next_try_at) for one in due]

    assert tell(NOW) == tell(NOW + 1) == [("all", NOW)]
    (first,) = database.read(lambda s: store.due(s.connection, NOW + HOUR, 99))
    database.write(lambda t: store.finish(t.connection, first.id, store.SENT, 1, NOW))
    assert tell(NOW + 2) == [("all", NOW + AGAIN_AFTER)]
    database.close()


def test_requests_for_access_go_to_the_channels_that_hear_of_them_and_are_no_flood(tmp_path: Path) -> None:
    rules = NotifyRules(
        {
            "team": Channel(Kind.SLACK, requests=True, most_a_day=2),
            "office": Channel(Kind.SLACK, requests=True, hours=Hours((0, 1, 2, 3, 4), 480, 1080)),
            "alerts": Channel(Kind.SLACK),
        }
    )
    queueing, database = Queueing(lambda: rules, lambda: UTC), Database.open(tmp_path / "limen.db")
    for number in range(3):
        database.write(lambda t, n=number: queueing.tell_of_request(t, f"ar_{n}", NOW + n))  # type: ignore[misc]
    due = database.read(lambda s: store.due(s.connection, NOW + 99 * HOUR, 99))
    assert sorted((one.channel, one.case_id) for one in due) == [
        ("office", "ar_0"),
        ("office", "ar_1"),
        ("office", "ar_2"),
        ("team", "ar_0"),
        ("team", "ar_1"),
    ]
    assert {one.sort for one in due} == {store.REQUEST}
    database.close()
