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


async def test_who_waits_in_a_terminal_is_told_at_their_own_computer_alone(harbor: House, ida: Somebody) -> None:
    state = "s" * 32
    page = await ida.browser.get(f"/network/connect?app=erp-desktop&port=40001&state={state}")
    assert (f'value="{state}"' in page.text, 'value="40001"' in page.text) == (True, True)
    answer = await ida.browser.post("/network/connect", app="erp-desktop", port="40001", state=state)
    (door,) = doors_of(harbor).open_of(ida.id)
    assert f"http://127.0.0.1:40001/?state={state}&amp;until={door.until}" in answer.text
    for port, wrong in (("80", state), ("70000", state), ("1@evil.example:1", state), ("40001", "x"), ("", "")):
        answer = await ida.browser.post("/network/connect", app="erp-desktop", port=port, state=wrong)
        assert answer.headers["location"].endswith("done=opened")


async def test_what_if_answers_for_a_door_as_the_door_does(harbor: House, ida: Somebody) -> None:
    ada = harbor.browser()
    await harbor.administrator(ada)
    asked = f"/console/what-if?person={ida.id}&app=erp-desktop&action=connect&strength="
    for strength, effect in (("3", "permit"), ("2", "challenge"), ("0", "challenge")):
        assert f'class="card verdict {effect}" id="answer"' in (await ada.get(asked + strength)).text
    assert (await ida.opens()).headers["location"].endswith("done=opened")
