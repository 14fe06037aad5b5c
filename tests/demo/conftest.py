"""Harbor, alive: started once for all tests of a file that want it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.demo.alive import Alive, alive

from limen.clock import SystemClock
from limen.demo.harbor import copy_to
from limen.demo.running_company import RunningCompany, settled_company


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[RunningCompany]:
    copy_to(tmp_path, prefer_usual_ports=False)
    async with settled_company(tmp_path, SystemClock()) as company:
        yield company


@pytest.fixture(scope="session")
def harbor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alive]:
    """The demo as a visitor finds it. Shared: each test first becomes somebody."""
    with alive(tmp_path_factory.mktemp("harbor")) as running:
        yield running
