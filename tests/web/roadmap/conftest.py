"""A console whose roadmap was measured over Harbor's people, or shows controls that are made up."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.web import conftest as web
from tests.web.conftest import Browser, House
from tests.web.roadmap.controls import measured

from limen.roadmap.looking import RoadmapJob
from limen.roadmap.model import Control
from limen.roadmap.roadmap import Roadmap

house = web.house


@dataclass
class Rooms:
    """A house with its first administrator in the console."""

    house: House
    ada: Browser
    ada_id: str

    @property
    def job(self) -> RoadmapJob:
        return self.house.limen.core.offers.take(RoadmapJob)

    def show(self, *controls: Control) -> Roadmap:
        """Have pages show these controls, as if they had just been measured."""
        found = self.job.newest = measured(self.house.clock.now(), controls)
        return found


@pytest.fixture
async def rooms(house: House) -> Rooms:
    ada = house.browser()
    return Rooms(house, ada, await house.administrator(ada))
