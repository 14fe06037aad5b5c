"""The store of events beside a running Limen: changed by hand, it is an alert."""

from __future__ import annotations

from pathlib import Path

import msgspec
from tests.monitor.houses import ada, harbor, sources_of, stored
from tests.monitor.over_harbor import alerts_of
from tests.waiting import until
from tests.web.conftest import House

from limen.monitor.alerts.words import said, texts_of
from limen.monitor.detections.health import TAMPERED
from limen.monitor.detections.hit import Level
from limen.monitor.store_watch import StoreWatch
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import CHECKPOINT_FILE

__all__ = ["ada", "harbor"]


async def test_what_was_changed_by_hand_is_one_alert(harbor: House) -> None:
    watch = harbor.limen.core.offers.take(StoreWatch)
    await sources_of(harbor).deliver("app", "json", [b'{"id": "n%d"}' % n for n in range(20)], "203.0.113.9")
    folder = harbor.limen.core.root / "data" / "events"
    await until(lambda: _sealed_until(folder) >= 20, 90)  # what came since could be torn
    await watch.look()
    assert watch.checked is not None
    assert (watch.checked.events, watch.checked.problems) == (len(stored(harbor)), 0)
    (_, segment) = segments_in(folder)[-1]
    segment.write_bytes(segment.read_bytes().replace(b"n7", b"n8", 1))
    for _ in range(2):
        await watch.look()
    (case,) = await alerts_of(harbor).cases()
    (alert,) = case.alerts
    assert (alert.rule, alert.level, alert.count, alert.is_proven) == (TAMPERED.id, Level.CRITICAL, 1, True)
    assert "–" not in said(alert, texts_of()[alert.rule], harbor.limen.known).what
    assert {one.name: one.value for one in watch.figures()}["limen_monitor_store_intact"] == 0


def _sealed_until(folder: Path) -> int:
    """How many events the last checkpoint vouches for: Limen's own may be among them."""
    return int(msgspec.json.decode((folder / CHECKPOINT_FILE).read_bytes())["n"])
