"""What happened with one's account, by whom, and how to shut everything at once."""

from __future__ import annotations

import re

from tests.web.conftest import Browser, House

from limen.events import Event
from limen.facts import Person
from limen.web.portal.account import role_of, text_of, told_once


async def test_it_tells_what_was_done_by_which_role_and_nobodys_name(house: House, browser: Browser) -> None:
    ada_id = await house.administrator(house.browser())
    mia = await house.member(browser, "Mia", "staff")
    await browser.get("/passkeys")
    await browser.post("/passkeys/codes")
    await house.limen.identity.people.access_pass(mia, by=ada_id, why="She sat before me.")
    house.limen.journal.flush()
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (await browser.get("/account")).text))
    assert re.search(r"An access pass was issued \S.{0,80}by an administrator", page)
    assert re.search(r"Recovery codes were created \S.{0,80}by you", page)
    assert "Ada" not in page
    assert "She sat before me" not in page
    other = house.browser(address="198.51.100.4")
    await house.member(other, "Otto", "staff")
    assert "access pass was issued" not in (await other.get("/account")).text


async def test_this_was_not_me_shuts_everything_and_says_whom_to_call(house: House, browser: Browser) -> None:
    mia = await house.member(browser, "Mia", "staff")
    thief = house.browser(address="198.51.100.4")
    thief.passkey = browser.passkey
    await thief.sign_in()
    await thief.get("/passkeys")
    link = re.search(r"/enrol#([\w-]+)", (await thief.post("/passkeys/second")).text)[1]  # type: ignore[index]
    await browser.get("/account")
    page = await browser.post("/account/not-me")
    assert page.status_code == 200
    assert "Call " in page.text
    assert "Max-Age=0" in page.headers["set-cookie"]
    assert (await thief.get("/")).headers["location"].startswith("/sign-in")
    await thief.get("/enrol")
    assert (await thief.post("/enrol", token=link)).status_code == 400
    assert [e.actor for e in house.events("sessions.revoked")] == [mia]


async def test_what_memory_has_forgotten_is_read_from_the_files(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.get("/passkeys")
    await browser.post("/passkeys/codes")
    house.limen.journal.flush()
    house.limen.journal._recent.forget(lambda event: True)
    assert "Recovery codes were created" in (await browser.get("/account")).text


def test_a_line_is_of_an_event_that_tells_something_and_strangers_fill_no_page() -> None:
    assert text_of(Event(at=1, kind="link.issued", details={"purpose": "access_pass"}))
    assert not text_of(Event(at=1, kind="link.issued", details={"purpose": "recovery"}))
    assert not text_of(Event(at=1, kind="person.looked_at"))
    refused = [Event(at=at, kind="recovery.refused") for at in (3, 2, 1)]
    kept = Event(at=0, kind="recovery.codes_made")
    assert told_once([*refused, kept]) == [refused[0], kept]
    assert role_of(Person("p", groups=frozenset({"helpdesk"}))) == "the helpdesk"
    assert role_of(None) == "someone with the right to"
