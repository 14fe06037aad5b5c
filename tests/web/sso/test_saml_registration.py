"""An app's sign-in by SAML in the console: what to paste, what it is told of whom, who is signed in, the next key."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.saml.client import ENTITY, SIGN_IN, SIGN_OUT, Wiki, harbor_with_saml
from tests.web.conftest import Browser, House

from limen.sso import sign_ins
from limen.sso.saml.identity_provider import IdentityProvider
from limen.sso.saml.keys import grouped

AT = "/console/apps/manual/saml"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await harbor_with_saml(closing, tmp_path / "harbor")


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


async def test_it_says_what_to_paste_and_what_the_app_is_told_of_somebody(house: House, ada: Browser) -> None:
    mia = house.browser()
    await house.member(mia, "Mia", "staff")
    page = (await ada.get(f"{AT}?person=mia@harbor.example")).text
    key = house.limen.core.offers.take(IdentityProvider).keys.every[0]
    for value in (ENTITY, SIGN_IN, SIGN_OUT, "mia@harbor.example", "Reader", grouped(key.id)):
        assert value in page, value
    assert AT in (await ada.get("/console/apps/manual")).text
    for other in ("wiki", "grafana", "limen"):
        assert (await ada.get(f"/console/apps/{other}/saml")).status_code == 404
    assert (await mia.get(AT)).status_code == 303


async def test_a_sign_in_is_ended_there_and_only_there(house: House, ada: Browser) -> None:
    mia = house.browser()
    await house.member(mia, "Mia", "staff")
    await Wiki(house).signs_in(mia)
    found = re.search(rf"{AT}/(g_[0-9a-f]+)/end", (await ada.get(AT)).text)
    assert found is not None

    async def still() -> int:
        return len(await house.limen.database.reading(lambda s: sign_ins.open_sign_ins(s.connection)))

    await ada.post(f"/console/apps/board/saml/{found[1]}/end")
    assert await still() == 1
    await ada.post(f"{AT}/{found[1]}/end")
    assert await still() == 0
    await house.limen.core.settled(0)
    (event,) = house.events("sso.sign_in_ended")
    assert (event.actor, event.subject) == (house.id_of("ada@harbor.example"), house.id_of("mia@harbor.example"))
