"""A source whose clock is an hour off, through the real process: kept, found by its rules in order, and said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.monitor.detections.texts import correlation, rule
from tests.monitor.watched import in_force, source, watching
from tests.waiting import until

from limen.clock import HOUR, MINUTE, SystemClock, to_iso
from limen.monitor.detections.wrong_clocks import ABOUT
from limen.monitor.normal_form.frame import Frame

LAST_MINUTES = 90
SOURCE = {"product": "harbor"}


@pytest.mark.parametrize("by", [-HOUR, HOUR])
async def test_a_clock_an_hour_off_hides_nothing(tmp_path: Path, by: int) -> None:
    """Behind, it is believed. Ahead, it is not: what came counts from when it came. Either is said."""
    failed = rule({"kind": "failed"}, name="failed", logsource=SOURCE)
    passed = rule({"kind": "passed"}, name="passed", logsource=SOURCE)
    then = correlation("temporal_ordered", ["failed", "passed"], "5m", group_by=["host"])
    ready = rule({"kind": "ready"}, logsource=SOURCE)
    now = SystemClock().now()
    frames = []
    for minute in range(LAST_MINUTES, 0, -1):
        at = now - minute * MINUTE
        kind = {2: "failed", 1: "passed"}.get(minute, "other")
        said = {"id": f"n{minute}", "product": "harbor", "host": "gate", "kind": kind, "time": to_iso(at + by)}
        frames.append(Frame(source="app", kind="json", received_at=at, data=json.dumps(said).encode()))
    async with watching(tmp_path, source("app", "http", "json")) as watched:
        await in_force(watched, ready, failed, passed, then)
        await watched.supervision.deliver(frames)
        events = [one for one in watched.stored() if one["kind"] != "ready"]
        await until(lambda: {one.rule for one in watched.hits} >= {then["id"], ABOUT.id})
    off = {one["at"] - one["received_at"] for one in events}
    assert off == ({by} if by < 0 else {0})
    assert {one["fields"].get("limen.clock", "") for one in events} == ({""} if by < 0 else {"ahead"})
