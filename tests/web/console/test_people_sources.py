from __future__ import annotations

import re

from tests.identity.sources.scim.conftest import Telling, declare, patch, telling, user

from limen.identity.model import PersonStatus
from limen.identity.sources import token_store
from limen.identity.sources.model import PeopleSources

__all__ = ["telling"]
AT = "/console/people/sources"
OFF = patch({"op": "replace", "path": "active", "value": False})


def field(page: str, name: str) -> str:
    """The first value that a form of this page carries by this name."""
    return re.findall(rf'name="{name}" value="([^"]+)"', page)[0]


async def test_the_stop_is_shown_and_answered_either_way(telling: Telling) -> None:
    house, browser = telling.house, telling.house.browser()
    await house.administrator(browser)
    users = [await telling.add(f"P{number}") for number in range(8)]
    for one in users[:6]:
        await telling.ask("PATCH", f"Users/{one}", OFF)
    page = (await browser.get(AT)).text
    assert (page.count(f'action="{AT}/go-on"'), page.count(f'action="{AT}/keep"')) == (1, 1)
    assert (await browser.post(f"{AT}/keep", source="entra")).status_code == 400
    kept = await browser.post(f"{AT}/keep", source="entra", seen=field(page, "seen"))
    assert kept.headers["location"] == f"{AT}?done=kept"
    assert (await telling.people())["P5"].status is PersonStatus.INVITED
    await telling.ask("PATCH", f"Users/{users[6]}", OFF)
    seen = field((await browser.get(AT)).text, "seen")
    went_on = await browser.post(f"{AT}/go-on", source="entra", seen=seen)
    assert went_on.headers["location"] == f"{AT}?done=went-on"
    there = await telling.people()
    assert [there[f"P{number}"].status for number in (5, 6)] == [PersonStatus.INVITED, PersonStatus.INACTIVE]
    assert f'action="{AT}/go-on"' not in (await browser.get(AT)).text


async def test_a_record_that_waits_is_linked_or_set_aside(telling: Telling) -> None:
    house, browser = telling.house, telling.house.browser()
    await house.administrator(browser)
    declare(house, adopts=())
    await house.invite("Eve", "staff")
    await telling.ask("POST", "Users", user("Eve", displayName="Eva"))
    await telling.ask("POST", "Users", user("Tom", emails=[{"value": "tom@elsewhere.example"}]))
    page = (await browser.get(AT)).text
    (linked,) = re.findall(rf'action="{AT}/link".*?name="record" value="([^"]+)"', page)
    aside = set(re.findall(r'name="record" value="([^"]+)"', page)) - {linked}
    await browser.post(f"{AT}/link", source="entra", record=linked, person=field(page, "person"))
    await browser.post(f"{AT}/ignore", source="entra", record=aside.pop())
    assert "Eva" in await telling.people()
    assert 'name="record"' not in (await browser.get(AT)).text


async def test_a_token_is_ended_and_no_secret_is_shown(telling: Telling) -> None:
    house, browser = telling.house, telling.house.browser()
    await house.administrator(browser)
    now = house.clock.now()
    (token,) = house.limen.database.read(lambda s: token_store.TOKENS.of(s.connection, "entra", now))
    page = (await browser.get(AT)).text
    assert (token.id in page, telling.token in page) == (True, False)
    await browser.post(f"{AT}/end-token", token=token.id)
    assert (await telling.ask("GET", "Users")).status_code == 401


async def test_helpers_see_it_and_change_nothing_and_without_a_source_it_says_what_to_do(telling: Telling) -> None:
    house, helper = telling.house, telling.house.browser()
    await house.administrator(house.browser())
    await house.member(helper, "Stefan", "staff", "helpdesk")
    assert (await helper.get(AT)).status_code == 200
    assert (await helper.post(f"{AT}/keep", source="entra")).status_code in {303, 403}
    assert house.events("people_source.answered") == []
    house.limen.known.set_rules(PeopleSources, PeopleSources())
    assert 'href="/console/people/import"' in (await helper.get(AT)).text


async def test_a_persons_page_says_where_they_come_from_and_what_is_only_read(telling: Telling) -> None:
    house, browser = telling.house, telling.house.browser()
    ada = await house.administrator(browser)
    await telling.add("Paul")
    who = (await telling.people())["Paul"].person
    page = (await browser.get(f"/console/people/{who.id}")).text
    assert f'href="{AT}#entra"' in page.split('id="source"')[1]
    correct = page.split('id="correct"')[1].split("</details>")[0]
    assert correct.count(" readonly") == 2
    assert "<button" not in correct
    by_hand = (await browser.get(f"/console/people/{ada}")).text
    assert 'id="source"' not in by_hand
    assert " readonly" not in by_hand
    assert f'href="{AT}"' in by_hand
