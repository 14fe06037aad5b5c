"""What monitoring offers once it is put together, and that nothing of it is left when Limen ends."""

from __future__ import annotations

from tests.devices.laptops import harbor
from tests.web.conftest import House

from limen.monitor.alerts.service import Alerts
from limen.monitor.canaries import EVERY_SECONDS
from limen.monitor.places.places import Places
from limen.monitor.search.service import Search
from limen.monitor.services import AGREE_SECONDS
from limen.monitor.sources.service import LogSources
from limen.monitor.watch import Watch

__all__ = ["harbor"]


async def test_what_pages_take_is_offered(harbor: House) -> None:
    offers = harbor.limen.core.offers
    assert all(offers.find(kind) is not None for kind in (Watch, LogSources, Search, Alerts, Places))


def test_it_is_seen_within_a_minute_that_nothing_is_found() -> None:
    assert AGREE_SECONDS < EVERY_SECONDS <= 60
