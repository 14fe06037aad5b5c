"""Copying and erasing from the console: shown first, typed to confirm, by a young proof, and never oneself."""

from __future__ import annotations

import io
import zipfile

from tests.web.console.conftest import Console

from limen.clock import MINUTE


async def test_who_is_erased_is_gone_at_once_and_the_journal_follows(console: Console) -> None:
    eve = console.house.browser()
    eve_id = await console.house.member(eve, "Eve", "staff")
    at = f"/console/people/{eve_id}/erase"
    page = (await console.ada.get(at)).text
    assert "Deactivate and erase" in page
    wrong = await console.ada.post(at, typed="ada@harbor.example", why="asked for it")
    assert "not the person" in wrong.text
    nothing = await console.ada.post(at, typed="eve@harbor.example", why=" ")
    assert "the reason is missing" in nothing.text
    assert eve_id in console.house.limen.known.people
    done = await console.ada.post(at, typed="Eve@harbor.example ", why="asked for it")
    assert done.headers["location"] == "/console/people?done=erased"
    assert "The person was erased." in (await console.ada.get("/console/people?done=erased")).text
    assert (await eve.get("/")).headers["location"].startswith("/sign-in")
    assert (await console.ada.get(at)).status_code == 404
    (said,) = console.house.events("person.erased")
    assert (said.actor, said.subject) == (console.ada_id, eve_id)


async def test_it_needs_a_young_proof_and_another_person(console: Console) -> None:
    own = f"/console/people/{console.ada_id}/erase"
    assert "You can't erase yourself" in (await console.ada.get(own)).text
    refused = await console.ada.post(own, typed="ada@harbor.example", why="tidy up")
    assert "you can&#39;t erase yourself" in refused.text
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    at = f"/console/people/{eve_id}/erase"
    await console.ada.get(at)
    console.house.clock.forward(11 * MINUTE)
    for path in (at, f"/console/people/{eve_id}/copy"):
        asked = await console.ada.post(path, typed="eve@harbor.example", why="asked for it")
        assert asked.headers["location"].startswith("/step-up?app=limen")
    assert eve_id in console.house.limen.known.people


async def test_a_copy_is_downloaded_and_the_journal_says_by_whom(console: Console) -> None:
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    await console.ada.get(f"/console/people/{eve_id}/erase")
    console.house.limen.journal.flush()
    sent = await console.ada.post(f"/console/people/{eve_id}/copy")
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        assert "eve@harbor.example" in archive.read("account.json").decode()
        assert "person.enrolled" in archive.read("events.csv").decode()
    assert sent.headers["content-type"] == "application/zip"
    (said,) = console.house.events("person.exported")
    assert (said.actor, said.subject) == (console.ada_id, eve_id)
    assert (await console.ada.post("/console/people/p_nobody/copy")).status_code == 404
