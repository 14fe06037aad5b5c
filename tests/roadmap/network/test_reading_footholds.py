"""From where one begins with a stolen laptop, and in a zone of workstations."""

from __future__ import annotations

import asyncio

from tests.roadmap.network.conftest import TODAY
from tests.web.conftest import House

from limen.network.compiling import compiled
from limen.network.model import Network
from limen.network.packets.regions import Regions
from limen.roadmap.network.reading_footholds import footholds
from limen.roadmap.sources import Sources


async def test_a_workstation_reaches_what_flows_let_through(house: House, sources: Sources, network: Network) -> None:
    company, regions = sources.company, Regions(compiled(network, TODAY))
    assert company is not None
    found = await asyncio.to_thread(footholds, sources, company, network, TODAY, regions, lambda: None)
    by_name = {one.name: {asset.name for asset in one.assets} for one in found or ()}
    assert by_name.keys() == {"office", "warehouse"}
    assert {"accounting", "files", "dc1"} <= by_name["office"]
    assert "stock" in by_name["warehouse"]
    assert all("vault" not in names for names in by_name.values())
