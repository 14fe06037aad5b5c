from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from tests.policy.declaring import ENCRYPTED, PATCHED, declared
from tests.web.conftest import House
from tests.web.console.conftest import Console
from tests.web.console.test_changes import begun

from limen.clock import HOUR
from limen.facts import Person
from limen.policy import Effect, Request
from limen.policy.hypothetical import Hypothetical
from limen.web.console.what_if import PEOPLE_AT_ONCE, people_at_once
from limen.web.console.what_if_question import Chosen

TUESDAY = "2026-11-24T10:00"


async def page(house: House, **asked: str) -> str:
    ada = house.browser()
    await house.administrator(ada)
    answer = await ada.get("/console/what-if" + (f"?{urlencode(asked)}" if asked else ""))
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_without_a_question_it_says_what_to_choose(house: House) -> None:
    text = await page(house)
    assert "Choose a person and an app" in text
    assert 'class="matrix"' not in text


async def test_an_answer_with_its_reasons_and_remedies(house: House) -> None:
    maren = await house.member(house.browser(), "Maren", "staff", "finance")
    text = await page(house, person=maren, app="payroll", action="edit", at="2026-11-24T22:00")
    assert "Maren could not edit in Payroll" in text
    assert "Payroll is changed on working days" in text
    assert "What would change the answer" in text
    text = (await house.browser().get("/console/what-if")).headers["location"]
    assert text.startswith("/sign-in")


async def test_a_program_may_be_supposed_to_ask_with_their_token(house: House) -> None:
    maren = await house.member(house.browser(), "Maren", "staff", "sales")
    text = await page(house, person=maren, app="crm", at=TUESDAY, device="compliant", token="yes")
    assert "Maren could not view Customers" in text
    assert "Maren used a token; Customers requires signing in with a browser." in text
    assert 'name="token" value="yes" checked' in text


async def test_every_cell_is_what_its_own_question_answers(house: House) -> None:
    maren = await house.member(house.browser(), "Maren", "staff", "finance")
    ada = house.browser()
    await house.administrator(ada)
    text = (await ada.get(f"/console/what-if?person={maren}&at={TUESDAY}&device=compliant")).text
    cells = re.findall(r'<td class="(\w+)"><a href="([^"]+)"', text)
    assert len(cells) == 5 * len(house.limen.known.apps)
    assert {effect for effect, _ in cells} == {"permit", "deny", "absent"}
    for effect, href in cells[::4]:
        answer = (await ada.get(unescape(href))).text
        assert ('id="absent"' in answer) is (effect == "absent")
        assert effect == "absent" or f'class="card verdict {effect}"' in answer


async def test_what_no_request_to_an_app_is_stands_apart_from_what_is_permitted(house: House) -> None:
    maren = await house.member(house.browser(), "Maren", "staff")
    text = await page(house, person=maren, app="handbook", action="share", at=TUESDAY)
    row = text.partition('<th scope="row">Handbook</th>')[2].partition("</tr>")[0]
    assert re.findall(r'<td class="(\w+)">', row) == ["permit", "absent", "permit", "absent", "absent"]
    assert 'class="card verdict permit"' in text, "the policies would permit it"
    assert 'id="absent"' in text


async def test_cells_agree_with_the_engine(house: House) -> None:
    maren = await house.member(house.browser(), "Maren", "staff", "finance")
    person, payroll = house.limen.known.people[maren], house.limen.known.apps["payroll"]
    engine = house.limen.in_force.engine
    supposed = Hypothetical(strength=2, at=TUESDAY)
    now = supposed.now(engine.zone)
    text = await page(house, person=maren, app="payroll", table="app", strength="2", at=TUESDAY)
    row = text.partition('<th scope="row">Maren</th>')[2].partition("</tr>")[0]
    shown = re.findall(r'<td class="(\w+)">', row)
    decided = [
        engine.decide(Request(action), supposed.facts(person, payroll, action, now), now).effect
        for action in ("view", "download", "edit", "administer")
    ]
    assert shown.pop(3) == "absent", "nothing is shared from the payroll"
    assert shown == [str(effect) for effect in decided]
    assert Effect.CHALLENGE in decided


async def test_a_document_may_be_supposed_and_is_kept_in_every_link(house: House) -> None:
    maren = await house.member(house.browser(), "Maren", "staff")
    ada = house.browser()
    await house.administrator(ada)
    asked = f"/console/what-if?person={maren}&app=wiki&at={TUESDAY}"
    assert 'class="card verdict permit"' in (await ada.get(asked)).text
    text = (await ada.get(f"{asked}&document=restricted")).text
    assert 'class="card verdict permit"' not in text
    assert '<option value="restricted" selected>' in text
    assert all("document=restricted" in href for href in re.findall(r'<td class="\w+"><a href="([^"]+)"', text))


async def test_many_people_are_shown_a_hundred_at_once(house: House) -> None:
    known = house.limen.known
    for number in range(PEOPLE_AT_ONCE + 20):
        known.people.put(Person(f"p_{number:03}", f"Person {number:03}", "", frozenset({"staff"}), active=True))
    text = await page(house, table="app", app="wiki")
    assert text.count('<th scope="row">') == PEOPLE_AT_ONCE
    assert "1 to 100 of 121" in text
    assert "start=100" in text
    ada_again = house.browser()
    await house.member(ada_again, "Bea", "staff", "administrators")
    text = (await ada_again.get("/console/what-if?table=app&app=wiki&start=100")).text
    assert text.count('<th scope="row">') == 22
    assert ">Next<" not in text
    assert ">Previous<" in text


@pytest.mark.parametrize(
    "asked",
    [
        {"person": "<script>", "app": "nothing", "action": "destroy", "table": "x"},
        {"strength": "9", "proved": "-1", "device": "clean", "network": "moon", "country": "<<"},
        {"at": "yesterday", "risk": "101", "start": "-1"},
        {"at": "9999-12-31T23:59", "risk": "³", "start": "99999999"},
        {"at": "0001-01-01T00:00", "start": "999999", "table": "all"},
        {"at": "2026-11-24T10:00+99:00"},
    ],
)
async def test_what_is_said_wrongly_is_as_if_not_said(house: House, asked: dict[str, str]) -> None:
    assert "<script>" not in await page(house, **asked)


async def test_only_administrators_may_ask(house: House) -> None:
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    answer = await tom.get("/console/what-if?person=nobody&app=wiki")
    assert answer.headers["location"].startswith("/not-yet")


def test_an_address_holds_what_differs_from_nothing_said() -> None:
    assert Chosen().link() == "/console/what-if"
    assert Chosen().link(person="p1", action="edit") == "/console/what-if?person=p1&action=edit"
    assert Chosen(person="p1", table="all").link(table="person") == "/console/what-if?person=p1"


def test_the_more_apps_there_are_the_fewer_people_are_on_one_page() -> None:
    assert [people_at_once("all", apps) for apps in (0, 7, 50, 1_000)] == [100, 85, 12, 10]
    assert people_at_once("app", 1_000) == 100


async def test_what_a_part_declares_can_be_supposed(house: House) -> None:
    with declared(ENCRYPTED, PATCHED):
        text = await page(house, device_encrypted="yes", device_patched="2h", device_nothing="yes")
        assert 'name="device_encrypted" value="yes" checked' in text
        assert 'name="device_patched" maxlength="80" placeholder="unknown" autocomplete="off" value="2h"' in text
        chosen = Chosen(more=(("device_encrypted", "yes"), ("device_patched", "2h")))
        assert chosen.supposed().more == (("device.encrypted", True), ("device.patched", 2 * HOUR))
        assert "device_encrypted=yes" in chosen.link(app="wiki")


async def test_a_draft_answers_before_it_is_published_and_says_what_is_answered_today(console: Console) -> None:
    maren = await console.house.member(console.house.browser(), "Maren", "staff", "management")
    change = await begun(console, "/console/apps/warehouse/remove")
    asked = {"draft": change.rpartition("/")[2], "person": maren, "table": "person", "at": TUESDAY}
    assert "/console/apps/warehouse" not in (await console.ada.get(f"/console/what-if?{urlencode(asked)}")).text
    text = console.house.limen.in_force.company.files["policies/10-people.cedar"]  # type: ignore[union-attr]
    policy = re.search(r'@id\("staff-work"\).*?;', text, re.DOTALL)[0]  # type: ignore[index]
    tightened = policy.replace("context.auth.strength >= 2", "context.auth.strength >= 3")
    change = await begun(console, "/console/policies/staff-work/text", text=tightened, do="")
    asked |= {"draft": change.rpartition("/")[2], "strength": "2", "app": "wiki"}
    page = (await console.ada.get(f"/console/what-if?{urlencode(asked)}")).text
    assert "was Yes" in page
    assert f'name="draft" value="{asked["draft"]}"' in page
    assert "was Yes" not in (await console.ada.get(f"/console/what-if?{urlencode({**asked, 'draft': 'x'})}")).text


async def test_somebody_elses_draft_answers_nobody(console: Console) -> None:
    change = await begun(console, "/console/apps/warehouse/remove")
    bea = console.house.browser()
    await console.house.member(bea, "Bea", "administrators", "staff")
    page = (await bea.get(f"/console/what-if?draft={change.rpartition('/')[2]}&app=warehouse&table=app")).text
    assert 'name="draft"' not in page
    assert '<option value="warehouse" selected' in page


async def test_it_says_which_facts_nothing_tells_yet(house: House) -> None:
    assert 'id="untold"' in await page(house)


async def test_it_shows_what_an_app_that_asks_limen_is_told(house: House) -> None:
    maren = await house.member(house.browser(), "Maren", "staff", "finance")
    ada = house.browser()
    await house.administrator(ada)

    async def asked(**what: str) -> str:
        return (await ada.get(f"/console/what-if?{urlencode(what)}")).text

    text = await asked(person=maren, app="accounting", at=TUESDAY)
    told = text.partition('id="told"')[2]
    for value in (
        "NameID (persistent)",
        "bookkeeper",
        "maren@harbor.example",
        "https://refeds.org/profile/mfa",
        "5 minutes",
    ):
        assert value in told, value
    assert 'id="told"' not in await asked(person=maren, app="payroll", at=TUESDAY)
    assert 'id="told"' not in await asked(person="nobody", app="accounting", at=TUESDAY)
    weak = (await asked(person=maren, app="expenses", strength="1")).partition('id="told"')[2]
    assert "urn:limen:strength:1" in weak  # what it would be told, were it told anything
