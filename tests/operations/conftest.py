"""Limen at work on Harbor's rules, without a wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.web.conftest import House, move_in

from limen.operations.health import Watched


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


@pytest.fixture
def watched(house: House) -> Watched:
    limen = house.limen
    return Watched(limen.doors, limen.in_force, limen.journal, lambda: limen.disk.space)
