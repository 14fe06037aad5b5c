"""The page of connections, as somebody reads it."""

from __future__ import annotations

from tests.network.doors.at_harbor import Somebody, doors_of, harbor, ida
from tests.web.conftest import House

__all__ = ["harbor", "ida"]


async def test_a_door_is_opened_extended_and_closed_there(harbor: House, ida: Somebody) -> None:
    page = await ida.browser.get("/network/connect?app=erp-desktop")
    assert page.text.count('action="/network/connect"') == 1
    assert 'action="/network/connect/close"' not in page.text
    assert (await ida.opens()).status_code == 303
    page = await ida.browser.get("/network/connect?done=opened")
    assert 'role="status"' in page.text
    (door,) = doors_of(harbor).open_of(ida.id)
    assert f'name="opening" value="{door.id}"' in page.text
    await ida.browser.post("/network/connect/close", opening=door.id)
    page = await ida.browser.get("/network/connect")
    assert door.id not in page.text


async def test_what_somebody_came_for_is_shown_and_asking_for_it_says_why_not(harbor: House, ida: Somebody) -> None:
    page = await ida.browser.get("/network/connect?app=vault-door")
    assert 'data-app="vault-door"' in page.text
    refused = await ida.browser.post("/network/connect", app="vault-door")
    assert refused.headers["location"].startswith("/not-yet?decision=")
