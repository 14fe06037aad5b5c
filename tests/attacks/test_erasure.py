"""Erasure as a weapon: by whom it may not be done, upon whom, and what it would hide."""

from __future__ import annotations

from tests.web import conftest as web
from tests.web.conftest import Browser, House

from limen.privacy.tombstones import FILE, write_tombstones
from limen.storage.journal.subject_access import events_about

house, browser = web.house, web.browser


async def test_nobody_but_an_administrator_erases_or_copies_anybody(house: House, browser: Browser) -> None:
    ada_id = await house.administrator(house.browser())
    mia_id = await house.member(browser, "Mia", "staff", "helpdesk")
    await browser.get("/records")
    for person_id in (ada_id, mia_id):
        for what in ("erase", "copy"):
            sent = await browser.post(f"/console/people/{person_id}/{what}", typed="ada@harbor.example", why="because")
            assert sent.headers["location"].startswith(("/not-yet", "/step-up"))
    assert {ada_id, mia_id} <= house.limen.known.people.keys()
    assert house.events("person.exported") == []


async def test_the_portal_gives_nobody_elses_copy_whatever_is_sent(house: House, browser: Browser) -> None:
    ada_id = await house.administrator(house.browser())
    mia_id = await house.member(browser, "Mia", "staff")
    await browser.get("/records")
    sent = await browser.post("/records/copy", person_id=ada_id, id=ada_id)
    assert sent.headers["content-type"] == "application/zip"
    (said,) = house.events("person.exported")
    assert (said.actor, said.subject) == (mia_id, mia_id)
    forged = await browser.client.post("/records/copy", data={"csrf": "x"}, headers={"origin": "https://evil.example"})
    assert forged.status_code in {400, 403}


async def test_an_administrator_who_is_erased_leaves_their_deeds(house: House, browser: Browser) -> None:
    """Ada gives Bob her office, looks at Mia, and has Bob erase her: what she did stays, and so does the erasing."""
    ada_id = await house.administrator(browser)
    bob = house.browser(address="198.51.100.9")
    bob_id = await house.member(bob, "Bob", "staff", "administrators")
    mia_id = await house.member(house.browser(), "Mia", "staff")
    await browser.get(f"/console/people/{mia_id}")
    await browser.post(f"/console/people/{mia_id}/let-go")
    at = f"/console/people/{ada_id}/erase"
    await bob.get(at)
    done = await bob.post(at, typed="ada@harbor.example", why="left")
    assert done.headers["location"].startswith("/console/people")
    house.limen.journal.wait_settled()
    assert house.limen.journal.erase([ada_id])[0] > 0
    rows = {(each.kind, each.actor, each.subject) for each in events_about(house.limen.journal.reader, ada_id)}
    assert ("person.changed", ada_id, mia_id) in rows
    assert ("person.erased", bob_id, ada_id) in rows
    assert any(kind == "decision" for kind, *_ in rows)  # her looks into the console, by her id
    assert not any(kind == "sign_in.succeeded" for kind, *_ in rows)


async def test_a_forged_list_erases_no_last_administrator(house: House, browser: Browser) -> None:
    from limen.privacy.erase import erase_again

    ada_id = await house.administrator(browser)
    data = house.limen.journal.reader.root.parent
    write_tombstones(data, [(ada_id, 1_800_000_000_000)])
    assert (data / FILE).exists()
    assert erase_again(house.limen.database, data, house.clock.now()) == 0
    assert ada_id in house.limen.known.people
