"""Regions that change by themselves: sent when they differ, to whoever may see them, until they may not any more."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.waiting import until
from tests.web.access.people import at_harbor, farid, oscar
from tests.web.console.test_live import listening_at

from limen.access.errors import NotYoursError
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


class Looks:
    """How often a region was worked out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.number = 0
        shown = getattr(live, name)

        async def counted(*args: Any, **more: Any) -> Any:
            self.number += 1
            return await shown(*args, **more)

        monkeypatch.setattr(live, name, counted)


async def test_what_others_do_costs_no_look_at_anything(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Oscar tries to refuse his own request again and again, while Ken has the page and the inbox open."""
    ken = await at_harbor.colleague("Ken", "staff", "warehouse")
    mine, inbox = Looks(monkeypatch, "temporary_access"), Looks(monkeypatch, "approvals")
    monkeypatch.setattr("limen.web.access.requestable.requestable", None)  # decides on everything: never here
    async with (
        listening_at("/access/live", at_harbor.house, ken.browser) as page,
        listening_at("/access/inbox/live", at_harbor.house, ken.browser) as other,
    ):
        await page.until("retry")
        await other.until("retry")
        request = await oscar.asks()
        for _ in range(20):
            with pytest.raises(NotYoursError):
                await oscar.access.refuse(oscar.session, request.id)
        at_harbor.house.limen.journal.flush()
        for stream in (page, other):
            seen = stream.text.count("still here")
            await until(lambda stream=stream, seen=seen: stream.text.count("still here") > seen)
    assert (mine.number, inbox.number) == (1, 1)


async def test_what_happens_in_one_second_is_shown_by_one_look(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Looks(monkeypatch, "approvals")
    async with listening_at("/access/inbox/live", at_harbor.house, farid.browser) as stream:
        await stream.until("retry")
        several = [await oscar.asks("crm", action) for action in ("view", "edit")]
        for one in several:
            await oscar.access.withdraw(oscar.session, one.id)
        last = await oscar.asks()
        at_harbor.house.limen.journal.flush()
        await stream.until(last.id)
        assert inbox.number <= 3


async def test_one_session_keeps_so_many_pages_fresh(at_harbor: AtHarbor, oscar: Colleague) -> None:
    async with AsyncExitStack() as several:
        for _ in range(live.MOST_OF_SESSION):
            one = await several.enter_async_context(listening_at("/access/live", at_harbor.house, oscar.browser))
            await one.until("retry")
        async with listening_at("/access/live", at_harbor.house, oscar.browser) as more:
            await more.until("watching")
            assert more.status == 503


async def test_whether_more_can_be_asked_for_is_as_the_page_found_it(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    page = (await oscar.browser.get("/access")).text
    assert 'data-live="/access/live?ask=yes"' in page
    async with listening_at("/access/live", at_harbor.house, oscar.browser, "ask=yes") as stream:
        await stream.until("retry")
        await oscar.asks()
        at_harbor.house.limen.journal.flush()
        await stream.until('href=\\"/access/ask\\"')
