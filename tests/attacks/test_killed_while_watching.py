"""The process that watches is killed again and again while logs come: what was acknowledged is kept, and what is in it
is found. The store alone is killed eighty times in tests/storage/event_store/test_kill.py.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import msgspec
from tests.dial import size
from tests.monitor.detections.texts import rule, text_of
from tests.monitor.watched import source, watching
from tests.waiting import until

from limen.clock import SystemClock
from limen.monitor.detections.chosen import RULES, Chosen
from limen.monitor.detections.hit import Hit
from limen.monitor.normal_form.frame import Frame
from limen.monitor.supervision import NotTakenError

EACH = 7
"""One of so many events is what the rule looks for."""
SENDERS = 4
KILLS = size(20, 4)


async def test_nothing_acknowledged_is_lost_and_no_finding_is(tmp_path: Path) -> None:
    bad = rule({"kind": "bad"}, logsource={"product": "harbor"})
    chosen = msgspec.msgpack.encode(Chosen(texts={"detections/a.yml": text_of(bad)}))
    acknowledged: set[str] = set()
    async with watching(tmp_path, source("app", "http", "json")) as watched:
        await watched.supervision.give(RULES, chosen)

        async def send(first: int) -> None:
            number = first
            while True:
                kind = "bad" if number % EACH == 0 else "good"
                data = b'{"id": "n%d", "product": "harbor", "kind": "%s"}' % (number, kind.encode())
                frame = Frame(source="app", kind="json", received_at=SystemClock().now(), data=data)
                try:
                    await watched.supervision.deliver([frame])
                    acknowledged.add(data.decode())
                    number += SENDERS
                except NotTakenError:
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.001)

        senders = [asyncio.create_task(send(first)) for first in range(SENDERS)]
        for _ in range(KILLS):
            before = len(acknowledged)
            await until(lambda before=before: len(acknowledged) > before + 50, 60)  # type: ignore[misc]
            await asyncio.sleep(random.uniform(0, 0.4))
            await watched.kill()
        for one in senders:
            one.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
        kept = {one["raw"]: one["uid"] for one in watched.stored()}
        wanted = {kept[raw] for raw in acknowledged if '"bad"' in raw}
        assert kept.keys() >= acknowledged
        assert wanted
        await until(lambda: found_in(watched.hits, bad["id"]).keys() >= wanted, 60)
    twice = {frozenset(ids) for ids in found_in(watched.hits, bad["id"]).values() if len(ids) > 1}
    assert len(twice) <= KILLS  # what one life of it had begun to count, the next may begin again, in another order


def found_in(hits: list[Hit], rule_id: str) -> dict[str, set[str]]:
    """The events that a rule found something in, each with the ids of the findings that it is in."""
    found: dict[str, set[str]] = {}
    for hit in hits:
        for uid in hit.events if hit.rule == rule_id else ():
            found.setdefault(uid, set()).add(hit.id)
    return found
