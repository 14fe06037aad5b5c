"""Ways in before the first day: every page and door is tried by whoever has enrolled, and none opens."""

from __future__ import annotations

from datetime import date

import pytest
from tests.identity.sources.scim.conftest import Telling, declare, patch, telling, user
from tests.web.conftest import Browser, House, browser, house

from limen.clock import MINUTE, SECOND, from_iso
from limen.facts import App
from limen.identity.errors import NobodyCouldAdministerError
from limen.identity.membership import Membership
from limen.identity.people_csv import read_people
from limen.identity.people_import import difference
from limen.identity.sources.model import OWNED_UNLESS_SAID, Owned
from limen.policy.decision import Named, Request
from limen.web.build import declared
from limen.web.permissions import VIEW

__all__ = ["browser", "house", "telling"]
EMPLOYMENT = "urn:limen:params:scim:schemas:extension:employment:2.0:User"


async def new_here(house: House, browser: Browser) -> str:
    """Mia, enrolled the day before she starts."""
    await house.administrator(house.browser())
    link = await house.invite("Mia", "staff")
    await house.limen.identity.people.set_first_day(link.link.person_id, "2026-11-25", by="")
    assert (await browser.enrol(link)).status_code == 200
    return link.link.person_id


async def test_no_page_opens_but_those_on_which_they_set_up_how_they_sign_in(house: House, browser: Browser) -> None:
    await new_here(house, browser)
    opened = set()
    for method, path in declared().routes:
        if method != "GET" or "{" in path or declared().routes[method, path].permission != VIEW:
            continue
        answer = await browser.get(path)
        if answer.status_code == 200:
            opened.add(path)
        else:
            assert answer.headers["location"] in {"/first-day", "/", "/onward?to=%2F"}, path
    assert opened == {"/passkeys", "/passkeys/password", "/passkeys/authenticator", "/account", "/first-day"}


async def test_no_app_opens_and_at_midnight_of_the_company_it_does(house: House, browser: Browser) -> None:
    mia = await new_here(house, browser)
    wiki = house.limen.known.apps["wiki"]
    began = house.clock.now()
    begins = house.limen.in_force.engine.calendar.beginning("2026-11-25")
    assert from_iso("2026-11-24T22:00:00Z") <= begins <= from_iso("2026-11-25T00:00:00Z")
    (session,) = house.limen.known.issued_to(("person", mia))

    request = Request("view")

    def words(at: int, app: App) -> tuple[str, bool]:
        facts = house.limen.known.facts(session, app, "203.0.113.7")
        decided = house.limen.in_force.engine.decide(request, facts, at)
        return decided.reasons[0].policy, decided.is_permit

    assert words(began, wiki) == (Named.NOT_STARTED, False)
    assert words(begins - 1, wiki) == (Named.NOT_STARTED, False)
    assert words(begins, wiki)[0] != Named.NOT_STARTED
    facts = house.limen.known.facts(session, wiki, "203.0.113.7")
    assert house.limen.in_force.engine.remedies(request, facts, began) == ()
    assert began < (house.limen.in_force.engine.unchanged_until(request, facts, began) or 0) <= begins


async def test_a_token_and_an_app_session_open_nothing_either(house: House, browser: Browser) -> None:
    """Somebody who works here already gets a first day in the future: a parental leave, or an error put right."""
    await house.administrator(house.browser())
    mia = await house.member(browser, "Mia", "staff")
    wiki = await house.into(browser, "wiki")
    assert (await wiki.get("/")).status_code == 502  # nothing is listening, and the gateway asked
    now = house.clock.now()
    await house.limen.identity.ports.write(lambda tx: Membership(tx, now, "").set_first_day(mia, date(2026, 11, 30)))
    answer = await wiki.get("/", accept="application/json")
    assert answer.status_code == 403
    session = next(one for one in house.limen.known.issued_to(("person", mia)) if not one.app)
    decided = house.limen.doors.decide_sign_on("oidc", house.limen.known.apps["wiki"], session, "", is_present=True)
    assert decided.word == Named.NOT_STARTED


async def test_an_administrator_who_starts_later_is_nobody_who_could_administer_now(house: House) -> None:
    browser = house.browser()
    ada = await house.administrator(browser)
    people = house.limen.identity.people
    with pytest.raises(Exception, match="administer"):
        await people.set_first_day(ada, "2026-12-20", by=ada)
    identity = house.limen.identity
    (member,) = [one for one in await identity.people.all() if one.person.id == ada]
    text = f"name,email,first day\n{member.person.name},{member.person.email},2026-12-20\n"
    listed = read_people(text.encode(), {})
    shown = difference(listed, [member], guarding=(), owned={}, on=date(2026, 11, 24), may_protected=True)
    with pytest.raises(NobodyCouldAdministerError):
        await identity.people_import.apply(shown, by=ada)
    assert house.limen.known.first_days.get(ada) is None
    assert (await browser.get("/console")).status_code == 200


async def test_a_first_day_that_a_source_says_by_scim_holds_to_midnight_of_the_company(telling: Telling) -> None:
    house = telling.house
    declare(house, owns=frozenset({*OWNED_UNLESS_SAID, Owned.FIRST_DAY}))
    for wrong in ("soon", "2026-02-30", "2026-12-01 00:00", 7):
        refused = await telling.ask("POST", "Users", user("Eve", **{EMPLOYMENT: {"firstDay": wrong}}))
        assert refused.status_code == 400, refused.text
    eve = await telling.add("Eve", **{EMPLOYMENT: {"firstDay": "2026-12-01T00:00:00Z"}})
    member = (await telling.people())["Eve"]
    assert member.first_day == date(2026, 12, 1)
    later = patch({"op": "replace", "path": f"{EMPLOYMENT}:firstDay", "value": "2026-12-02"})
    assert (await telling.ask("PATCH", f"Users/{eve}", later)).status_code in {200, 204}
    assert (await telling.people())["Eve"].first_day == date(2026, 12, 2)
    # Once she has enrolled, she is told apart from others by that day alone, wherever the clock of the source stands.
    await house.administrator(house.browser())
    browser = house.browser()
    begins = house.limen.in_force.engine.calendar.beginning("2026-12-02")
    house.clock.forward(begins - MINUTE - house.clock.now())
    link = await house.limen.identity.people.invite_again(member.person.id, by="", by_mail=False, why="")
    assert (await browser.enrol(link)).status_code == 200
    assert (await browser.get("/")).headers["location"] == "/first-day"
    house.clock.forward(begins - 20 * SECOND - house.clock.now())  # it goes on by itself
    assert (await browser.get("/")).headers["location"] == "/first-day"
    house.clock.forward(20 * SECOND)
    assert (await browser.get("/")).status_code == 200
