"""What somebody owns is listed, handed over all at once or one by one, and becomes a change of the company folder."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from pathlib import Path

from tests.web.conftest import Browser, House, move_in

from limen.identity.store import people


async def at(house: House, browser: Browser) -> tuple[str, str, str]:
    """The page of Ben, who is alone in sales; his id and Mia's."""
    await house.administrator(browser)
    ben = await house.member(house.browser(), "Ben", "staff", "contractors")
    mia = await house.member(house.browser(), "Mia", "staff")
    return f"/console/people/{ben}/handover", ben, mia


def groups(house: House, person: str) -> frozenset[str]:
    return house.limen.database.read(lambda s: people.groups_of(s.connection, person))


async def test_who_owns_nothing_has_an_empty_page(house: House, browser: Browser) -> None:
    _, _, mia = await at(house, browser)
    page = await browser.get(f"/console/people/{mia}/handover")
    assert (page.status_code, 'class="empty"' in page.text, 'id="hand"' in page.text) == (200, True, False)
    assert (await browser.get("/console/people/p_none/handover")).status_code == 404


async def test_it_goes_one_by_one_or_all_at_once_and_to_nobody_else(house: House, browser: Browser) -> None:
    page, ben, mia = await at(house, browser)
    assert 'value="groups:contractors"' in (await browser.get(page)).text
    for to in ("", ben, "p_none"):
        assert (await browser.post(page, to=to, all="yes")).status_code == 400
        await browser.get(page)
    done = await browser.post(page, to=mia, thing="groups:finance")
    assert done.headers["location"].endswith("?done=nothing")
    assert groups(house, mia) == {"staff"}
    await browser.get(page)
    done = await browser.post(page, to=mia, thing="groups:contractors")
    assert done.headers["location"].endswith("?done=done")
    assert groups(house, mia) == {"staff", "contractors"}
    (said,) = house.events("handover.done")
    assert (said.subject, said.details["to"]) == (ben, mia)
    assert 'class="empty"' in (await browser.get(page)).text


def naming_ben(folder: Path) -> None:
    """He owns a zone of the network."""
    network = folder / "network.yaml"
    network.write_text(re.sub(r"(owner: )[a-z]+", r"\1ben@harbor.example", network.read_text(), count=1))
    assert "ben@" in network.read_text()


async def test_what_the_folder_says_becomes_a_change_to_look_at(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", naming_ben)
        browser = house.browser()
        page, ben, mia = await at(house, browser)
        assert 'id="folder"' in (await browser.get(page)).text
        began = await browser.post(f"{page}/folder", to=mia)
        assert began.headers["location"].startswith("/console/changes/")
        change = await browser.get(began.headers["location"])
        assert (change.status_code, "mia@harbor.example" in change.text) == (200, True)
        await browser.get(page)
        assert (await browser.post(f"{page}/folder", to=ben)).status_code < 500
        assert "ben@harbor.example" in house.limen.in_force.company.files["network.yaml"]  # type: ignore[union-attr]


async def test_whoever_reads_hands_nothing_over(house: House, browser: Browser) -> None:
    page, _, mia = await at(house, browser)
    auditor = house.browser()
    await house.member(auditor, "Otto", "auditors")
    read = await auditor.get(page)
    assert (read.status_code, 'id="hand"' in read.text) == (200, False)
    await auditor.post(page, to=mia, all="yes")
    assert groups(house, mia) == {"staff"}
