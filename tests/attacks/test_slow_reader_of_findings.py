"""Whoever takes findings is slow, or stands still: events are acknowledged all the same, and no finding is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.monitor.detections.texts import rule
from tests.monitor.watched import in_force, source, watching
from tests.waiting import until

from limen.clock import SystemClock
from limen.monitor.detections.hit import Hit
from limen.monitor.normal_form.frame import Frame

BATCHES, OF_A_BATCH = 20, 500
MOST_GROWN = 80 << 20
"""Bytes. What waits is on the disk; without a bound the findings alone would be in memory."""


async def test_nothing_is_lost_while_nobody_takes_what_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = rule({"kind": "bad"}, logsource={"product": "harbor"})
    async with watching(tmp_path, source("app", "http", "json")) as watched:
        await in_force(watched, rule({"kind": "ready"}, logsource={"product": "harbor"}), bad)
        await until(lambda: watched.supervision.health)
        before = watched.supervision.health.resident_bytes if watched.supervision.health else 0
        going_on, take = asyncio.Event(), watched.supervision._take

        async def slow(hits: Sequence[Hit]) -> None:
            await going_on.wait()
            await take(hits)

        monkeypatch.setattr(watched.supervision, "_take", slow)
        began = time.monotonic()
        for batch in range(BATCHES):
            now = SystemClock().now()
            said = [b'{"id": "n%d", "product": "harbor", "kind": "bad"}' % (batch * OF_A_BATCH + n) for n in range(500)]
            await watched.supervision.deliver(
                [Frame(source="app", kind="json", received_at=now, data=one) for one in said]
            )
        assert time.monotonic() - began < 30
        assert bad["id"] not in {one.rule for one in watched.hits}
        kept = {one["uid"] for one in watched.stored() if one["kind"] == "bad"}
        assert len(kept) == BATCHES * OF_A_BATCH
        await asyncio.sleep(1.1)  # the process says once a second how it is
        assert watched.supervision.health.resident_bytes - before < MOST_GROWN
        going_on.set()
        await until(lambda: sum(one.count for one in watched.hits if one.rule == bad["id"]) >= len(kept))
