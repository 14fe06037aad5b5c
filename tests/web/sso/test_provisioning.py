"""The console's page of accounts at apps."""

from __future__ import annotations

import pytest
from tests.scim_app import refusal
from tests.sso.provisioning.at_wiki import WIKI, AtWiki
from tests.sso.provisioning.conftest import there, wiki
from tests.web.conftest import House

from limen.connectors.scim.users import SentUser
from limen.sso.provisioning.delivery import LOOK_AGAIN

__all__ = ["there", "wiki"]
AT = "/console/provisioning"

pytestmark = pytest.mark.slow


async def test_it_shows_what_differs_and_does_what_is_decided(wiki: AtWiki) -> None:
    ada = wiki.house.browser()
    await wiki.house.administrator(ada)
    robot = wiki.there.add(SentUser("", "robot"))
    mine = wiki.there.add(SentUser("", "oscar@harbor.example"))
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    await ada.get(AT)
    assert (await ada.post(f"{AT}/compare", app=WIKI)).status_code == 303
    page = (await ada.get(AT)).text
    assert {robot in page, mine in page, f'href="/console/people/{oscar}"' in page, 'id="team-wiki"' in page} == {True}
    linked = await ada.post(f"{AT}/link", app=WIKI, account=mine, email="Oscar@harbor.example")
    assert linked.status_code == 303
    assert (await ada.post(f"{AT}/deactivate", app=WIKI, account=robot)).status_code == 303
    await wiki.sent(LOOK_AGAIN)
    assert wiki.active() == {"oscar"} | ({"ada"} & wiki.active())
    assert wiki.there.users["oscar@harbor.example"].external_id == wiki.accounts()["oscar@harbor.example"].id


async def test_what_can_not_be_is_said_and_changes_nothing(wiki: AtWiki) -> None:
    ada = wiki.house.browser()
    await wiki.house.administrator(ada)
    await ada.get(AT)
    for path, sent in (
        ("go-on", {}),
        ("link", {"account": "x", "email": "nobody@harbor.example"}),
        ("deactivate", {"account": "x"}),
        ("reactivate", {"account": "x"}),
    ):
        answer = await ada.post(f"{AT}/{path}", app=WIKI, **sent)
        assert (answer.status_code, "data-problem" in answer.text) == (400, True), path
    assert (await ada.post(f"{AT}/compare", app="another")).status_code == 303


async def test_who_can_not_be_deactivated_stands_there(wiki: AtWiki) -> None:
    ada = wiki.house.browser()
    await wiki.house.administrator(ada)
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    wiki.there.of_next(99, refusal(500))
    await wiki.let_go(oscar)
    await wiki.sent()
    assert f'href="/console/people/{oscar}"' in (await ada.get(AT)).text
    person = (await ada.get(f"/console/people/{oscar}")).text
    assert ('id="provisioned"' in person, f'{AT}#{WIKI}"' in person) == (True, True)


async def test_where_there_is_none_it_says_what_to_do(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    assert "limen provision connect" in (await ada.get(AT)).text


async def test_it_is_for_those_who_may_see_people(wiki: AtWiki) -> None:
    browser = wiki.house.browser()
    await wiki.house.member(browser, "Ida", "staff")
    assert (await browser.get(AT)).status_code in {303, 403}
