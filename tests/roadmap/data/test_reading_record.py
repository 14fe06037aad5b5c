"""The journal, backups and restores, as they are read from a real Limen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.web.conftest import House, move_in

from limen.clock import DAY
from limen.events import Event
from limen.roadmap.data import reading_record
from limen.roadmap.data.reading_record import RESTORED, TAKEN, record_evidence
from limen.roadmap.looking import RoadmapJob


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


async def test_backups_and_restores_are_read_from_the_journal(harbor: House) -> None:
    now = harbor.clock.now()
    sources = RoadmapJob(harbor.limen.core).sources(now)
    assert record_evidence(sources, lambda: None).backup_at == 0
    for kind in (TAKEN, RESTORED):
        harbor.limen.journal.record(Event(id="", at=now, kind=kind, actor="server"))
    harbor.limen.journal.flush()
    found = record_evidence(sources, lambda: None)
    assert (found.problems, found.backup_at, list(found.restores.values())) == ((), now, [now])
    later = RoadmapJob(harbor.limen.core).sources(now + 91 * DAY)
    assert record_evidence(later, lambda: None).restores == {}


async def test_a_journal_that_was_changed_has_problems_and_one_too_large_is_not_followed(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harbor.administrator(harbor.browser())
    harbor.limen.journal.flush()
    sources = RoadmapJob(harbor.limen.core).sources(harbor.clock.now())
    (checkpoint,) = sources.reader.root.rglob("checkpoint.json")
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole.replace(b"1", b"2", 1))
    assert record_evidence(sources, lambda: None).problems
    checkpoint.write_bytes(whole)
    assert record_evidence(sources, lambda: None).problems == ()
    monkeypatch.setattr(reading_record, "LARGEST", 1)
    assert record_evidence(sources, lambda: None).problems is None
