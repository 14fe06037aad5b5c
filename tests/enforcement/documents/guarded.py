"""One gateway with checks for each test, before a real app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from tests.enforcement.documents.checks import Checks
from tests.enforcement.house import House, Ticking, gateway
from tests.enforcement.upstream import Seen, upstream

from limen.enforcement.documents.guard import DocumentGuard
from limen.storage.kept_briefly import KeptBriefly


@dataclass
class Guarded:
    """A gateway whose guard asks `checks`."""

    house: House
    app: Seen
    port: int
    checks: Checks

    @property
    def guard(self) -> DocumentGuard:
        found = self.house.gateway.guard
        assert found is not None
        return found

    def asks(self, **how: Any) -> Checks:
        """Have other checks asked from now on."""
        self.checks = Checks(**how)
        self.house.gateway.guard = DocumentGuard(
            self.checks.offer(), KeptBriefly.in_memory(self.house.clock), b"d" * 32
        )
        return self.checks


@pytest.fixture
async def guarded():
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        async with gateway(house) as port:
            one = Guarded(house, app, port, Checks())
            one.asks()
            yield one
