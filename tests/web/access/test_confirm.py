"""Confirming in the portal, as a browser does it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.enforcement.radius.networks import VPN, door_of, writing
from tests.web.conftest import Browser, House, move_in

from limen.clock import MINUTE
from limen.enforcement.radius.door import Verdict
from limen.enforcement.radius.questions import Outcome


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor", writing())


@pytest.fixture
async def ida(harbor: House) -> Browser:
    browser = harbor.browser()
    await harbor.member(browser, "Ida", "staff")
    return browser


async def test_typing_the_number_opens_what_asked(harbor: House, ida: Browser) -> None:
    asked = await door_of(harbor).login(VPN, "", "")
    page = await ida.get("/radius")
    words = re.sub(r"<[^>]*>", " ", page.text).split()
    assert (page.status_code, VPN.calling in words, asked.number in words) == (200, True, False)
    done = await ida.post("/radius/confirm", number=asked.number)
    assert done.headers["location"] == "/radius?done=confirmed"
    assert (await ida.get("/radius?done=confirmed")).status_code == 200
    assert (await door_of(harbor).login(VPN, "", asked.state)).verdict is Verdict.ACCEPT


async def test_an_old_passkey_is_asked_for_again(harbor: House, ida: Browser) -> None:
    harbor.clock.forward(6 * MINUTE)
    asked = await door_of(harbor).login(VPN, "", "")
    await ida.get("/radius")
    sent = await ida.post("/radius/confirm", number=asked.number)
    assert sent.status_code in {200, 303}
    question = await door_of(harbor).questions.of(harbor.id_of("ida@harbor.example"))
    assert question is not None
    assert (question.outcome, question.confirmed) == (Outcome.OPEN, None)


async def test_that_it_was_not_me_stops_it_and_is_an_alert(harbor: House, ida: Browser) -> None:
    asked = await door_of(harbor).login(VPN, "", "")
    await ida.get("/radius")
    done = await ida.post("/radius/not-me")
    assert done.headers["location"] == "/radius?done=stopped"
    assert (await door_of(harbor).login(VPN, "", asked.state)).verdict is Verdict.REJECT
    assert (await door_of(harbor).login(VPN, "", "")).verdict is Verdict.REJECT
    (event,) = harbor.events("radius.not_me")
    assert event.details["calling"] == VPN.calling


async def test_a_number_that_is_wrong_or_none(harbor: House, ida: Browser) -> None:
    await ida.get("/radius")
    assert (await ida.post("/radius/confirm", number="47")).status_code >= 400
    asked = await door_of(harbor).login(VPN, "", "")
    await ida.get("/radius")
    assert (await ida.post("/radius/confirm", number="<b>")).headers["location"] == "/radius"
    wrong = str(10 + (int(asked.number) - 9) % 90)
    assert (await ida.post("/radius/confirm", number=wrong)).status_code >= 400
    assert (await door_of(harbor).login(VPN, "", asked.state)).verdict is Verdict.REJECT


async def test_that_two_signed_in_at_once_is_said(harbor: House, ida: Browser) -> None:
    before = (await ida.get("/radius")).text
    for _ in range(2):
        await door_of(harbor).login(VPN, "", "")
    stopped = (await ida.get("/radius")).text
    assert stopped != before
    harbor.clock.forward(3 * MINUTE)
    assert re.sub(r"<[^>]*>", "", (await ida.get("/radius")).text) == re.sub(r"<[^>]*>", "", before)
