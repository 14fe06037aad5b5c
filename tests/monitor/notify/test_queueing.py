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
from limen.monitor.notify.rules import Channel, Kind, NotifyRules
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
