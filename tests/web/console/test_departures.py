"""Departures in the console: whose access ended, what is left, accepting it; and the same as a file."""

from __future__ import annotations

import csv
import io

import pytest
from tests.web.conftest import Browser, House

from limen.identity.departures import store
from limen.identity.departures.model import Departure, State, Surface, Why
from limen.web.console.departures import AT


async def left(house: House, browser: Browser) -> tuple[str, str]:
    """The ids of the person and of the departure; a host does not answer."""
    await house.administrator(browser)
    mia = await house.member(house.browser(), "Mia", "staff")
    await house.limen.identity.people.deactivate(mia, by="")
    now = house.clock.now()
    one = Departure(id="dp_open", person=mia, why=Why.DEACTIVATED, at=now, source="hr", asked_at=now)
    me = house.limen.core.database.workers.name
    said = {"state": State.AWAY, "remaining": 1, "said": "=db1", "asked_at": now}
    host = Surface(departure=one.id, name="ssh_on_hosts", worker=me, **said)
    await house.limen.identity.ports.write(lambda tx: store.add(tx.connection, one, [("sessions", 2)]))
    await house.limen.identity.ports.write(lambda tx: store.put(tx.connection, [host]))
    return mia, one.id


async def test_it_begins_empty_and_says_where_to_go(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    page = await browser.get(AT)
    assert (page.status_code, "/console/people" in page.text) == (200, True)
    assert (await browser.get(f"{AT}/dp_none")).status_code >= 400


async def test_what_is_left_is_named_asked_again_and_accepted(house: House, browser: Browser) -> None:
    _, departure = await left(house, browser)
    listed = await browser.get(AT)
    assert f'href="{AT}/{departure}"' in listed.text
    assert listed.text.count("Mia") >= 2
    page = await browser.get(f"{AT}/{departure}")
    assert "=db1" in page.text
    gone = "the host is gone"
    for why in ("", gone):
        await browser.get(f"{AT}/{departure}")
        answer = await browser.post(f"{AT}/{departure}/accept", why=why)
        assert answer.status_code == (303 if why else 400)
    (said,) = house.events("departure.accepted")
    assert said.details["why"] == gone
    assert gone in (await browser.get(f"{AT}/{departure}")).text


async def test_asking_again_proves_it(house: House, browser: Browser) -> None:
    _, departure = await left(house, browser)
    await browser.get(f"{AT}/{departure}")
    assert (await browser.post(f"{AT}/{departure}/ask")).headers["location"].endswith("?done=asked")
    assert (await house.limen.identity.departures.one(departure)).departure.closed == "proved"


async def test_the_file_has_a_line_for_each_place_and_runs_nothing(house: House, browser: Browser) -> None:
    _, departure = await left(house, browser)
    for address in (f"{AT}/all.csv", f"{AT}/{departure}/report.csv"):
        rows = list(csv.DictReader(io.StringIO((await browser.get(address)).text)))
        (host,) = [row for row in rows if row["departure"] == departure and row["surface"] == "ssh_on_hosts"]
        assert (host["person"], host["state"], host["said"], host["source"]) == ("Mia", "not-reachable", "'=db1", "hr")


async def test_a_move_says_which_apps_open_no_longer(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    mia = await house.member(house.browser(), "Mia", "staff")
    await house.limen.identity.people.set_groups(mia, ["contractors"], by="")
    (report,) = await house.limen.identity.departures.all()
    page = await browser.get(f"{AT}/{report.departure.id}")
    assert page.status_code == 200
    assert 'href="/console/apps/wiki"' in page.text
    assert "(download, share)" in page.text


async def test_an_erased_person_leaves_a_report_without_a_name(house: House, browser: Browser) -> None:
    mia, departure = await left(house, browser)
    await house.limen.identity.departures.accept(departure, "Mia took the host home", by="p_ada")
    from limen.identity.store import erasure
    from limen.pillar import ErasedPerson
    from limen.pillars import erase_names

    def erase(transaction: object) -> None:
        connection = transaction.connection  # type: ignore[attr-defined]
        erase_names(connection, ErasedPerson(mia, "Mia", "mia@harbor.example"))
        erasure.delete_person(connection, mia, house.clock.now())
        transaction.changed("person", mia)  # type: ignore[attr-defined]

    await house.limen.identity.ports.write(erase)
    for address in (AT, f"{AT}/{departure}", f"{AT}/all.csv"):
        page = await browser.get(address)
        assert (page.status_code, "Mia" in page.text) == (200, False), address


@pytest.mark.parametrize("group", ["auditors", "staff"])
async def test_reading_is_for_whoever_audits_and_accepting_is_not(house: House, browser: Browser, group: str) -> None:
    _, departure = await left(house, browser)
    other = house.browser()
    await house.member(other, "Otto", group)
    page = await other.get(f"{AT}/{departure}")
    assert (page.status_code == 200) is (group == "auditors")
    answer = await other.post(f"{AT}/{departure}/accept", why="because")
    assert answer.status_code in {303, 403}
    assert (await house.limen.identity.departures.one(departure)).departure.is_open
