"""All evidence of this phase, as it is read from a real Limen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from tests.web.conftest import House, move_in

from limen.roadmap.data.reading import data_evidence
from limen.roadmap.looking import RoadmapJob


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


async def test_each_area_is_read_and_before_anything_was_published_only_the_record_is(harbor: House) -> None:
    breaths: list[None] = []
    sources = RoadmapJob(harbor.limen.core).sources(harbor.clock.now())
    found = data_evidence(sources, (), lambda: breaths.append(None))
    assert None not in (found.access, found.stores, found.record)
    assert found.watch is None  # Harbor's folder has no monitor.yaml
    assert len(breaths) > 3
    before = data_evidence(replace(sources, company=None), (), lambda: None)
    assert (before.access, before.stores, before.record) == (None, None, found.record)
