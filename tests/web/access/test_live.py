"""Regions that change by themselves: sent when they differ, to whoever may see them, until they may not any more."""

from __future__ import annotations

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.web.access.people import at_harbor, farid, oscar
from tests.web.console.test_live import listening_at

from limen.web.access import live

__all__ = ["at_harbor", "farid", "oscar"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)


async def test_a_request_arrives_in_the_open_inbox_and_the_grant_with_who_asked(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    house = at_harbor.house
    async with (
        listening_at("/access/inbox/live", house, farid.browser) as inbox,
        listening_at("/access/live", house, oscar.browser) as mine,
    ):
        await inbox.until("retry")
        await mine.until("retry")
        request = await oscar.asks()
        house.limen.journal.flush()
        await inbox.until(request.id)
        grant = await farid.approves(request)
        assert grant is not None
        house.limen.journal.flush()
        await mine.until(grant.id)
        assert inbox.headers["content-type"].startswith("text/event-stream")


async def test_nothing_of_others_arrives(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    ken = await at_harbor.colleague("Ken", "staff", "warehouse")
    async with listening_at("/access/live", at_harbor.house, ken.browser) as mine:
        await mine.until("retry")
        await farid.approves(await oscar.asks())
        at_harbor.house.limen.journal.flush()
        await mine.until("still here")
        assert "event: region" not in mine.text


async def test_it_is_over_with_the_session(at_harbor: AtHarbor, oscar: Colleague) -> None:
    async with listening_at("/access/live", at_harbor.house, oscar.browser) as mine:
        await mine.until("retry")
        await at_harbor.house.limen.identity.people.deactivate(oscar.id, by="")
        await mine.until("event: over")
