"""Break-glass over HTTP: from the link to the console, whatever the policies say, and out again."""

from __future__ import annotations

from tests.web.conftest import Browser, House

from limen.clock import MINUTE
from limen.events import Event
from limen.policy import Engine
from limen.storage.break_glass import OPEN_MS, BreakGlass, new_event_id

SHUT = "shut"


def glass_of(house: House) -> BreakGlass:
    """The file that the house's own doors look at, as the command on the server sees it."""
    doors = house.limen.doors
    return doors._break_glass.__self__  # type: ignore[attr-defined]


def lock_out(house: House) -> None:
    """Policies under which nobody may do anything."""
    engine = house.limen.in_force.engine
    tree = {"templates": {}, "templateLinks": [], "staticPolicies": {}}
    house.limen.in_force.engine = Engine(tree, "locked", engine.zone)


def issue(house: House, person: str) -> str:
    said: list[Event] = []
    now = house.clock.now()
    return glass_of(house).issue(person, "the policies lock us out", new_event_id(now), now, said.append)


async def opened(house: House, browser: Browser, token: str):
    await browser.get("/break-glass")
    await browser.post("/break-glass", token=token)
    return await browser.post("/break-glass/open", token=token)


async def test_the_console_opens_where_policies_lock_everybody_out(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    lock_out(house)
    assert (await browser.get("/console")).headers["location"].startswith("/not-yet")
    other = house.browser()
    page = await other.get("/break-glass")
    assert "data-link" in page.text
    token = issue(house, ada)
    page = await other.post("/break-glass", token=f"https://limen.harbor.localhost/break-glass#{token}")
    assert "Break-glass for Ada Harbor" in page.text
    assert "the policies lock us out" in page.text
    done = await other.post("/break-glass/open", token=token)
    assert (done.status_code, done.headers["location"]) == (303, "/console")
    console = await other.get("/console")
    assert console.status_code == 200
    assert "Break-glass is open until" in console.text
    assert (await other.get("/console/policies")).status_code == 200
    steps = [(event.reason, event.subject) for event in house.events("break_glass.used")]
    assert sorted(steps) == [("issued", ada), ("opened", ada)]
    by_name = [event for event in house.events("decision") if "break-glass" in event.decision.reasons]
    assert {event.decision.effect for event in by_name} == {"permit"}


async def test_it_may_do_what_asks_for_a_fresh_proof(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    lock_out(house)
    other = house.browser()
    await opened(house, other, issue(house, ada))
    house.clock.forward(11 * MINUTE)
    await other.get("/console/people/invite")
    done = await other.post("/console/people/invite", name="Noor", email="noor@harbor.example", groups="administrators")
    assert "/step-up" not in done.headers.get("location", "")
    assert house.id_of("noor@harbor.example")


async def test_it_is_over_after_half_an_hour(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    other = house.browser()
    await opened(house, other, issue(house, ada))
    assert (await other.get("/console")).status_code == 200
    house.clock.forward(OPEN_MS)
    assert (await other.get("/console")).headers["location"].startswith("/sign-in")
    assert "over" in {event.reason for event in house.events("break_glass.used")}


async def test_any_administrator_sees_it_and_can_end_it(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    other = house.browser()
    await opened(house, other, issue(house, ada))
    page = await browser.get("/console")
    assert "the policies lock us out" in page.text
    await browser.post("/break-glass/end")
    assert "the policies lock us out" not in (await browser.get("/console")).text
    assert (await other.get("/console")).headers["location"].startswith("/sign-in")
    assert "ended" in {event.reason for event in house.events("break_glass.used")}


async def test_the_command_on_the_server_ends_it_at_the_very_next_request(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    other = house.browser()
    await opened(house, other, issue(house, ada))
    glass_of(house).end()
    assert (await other.get("/console")).headers["location"].startswith("/sign-in")
    assert "over" in {event.reason for event in house.events("break_glass.used")}


async def test_signing_out_ends_it_for_good(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    other = house.browser()
    await opened(house, other, issue(house, ada))
    await other.get("/console")
    assert (await other.post("/sign-out")).headers["location"] == "/signed-out"
    state = glass_of(house).state()
    assert state is not None
    assert state.step == "ended"


async def test_it_survives_a_restart_of_what_is_known(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    other = house.browser()
    await opened(house, other, issue(house, ada))
    state = glass_of(house).state()
    assert state is not None
    house.limen.known.sessions.drop(state.session)
    assert (await other.get("/console")).status_code == 200
