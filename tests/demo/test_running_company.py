"""Harbor come to life: everybody has enrolled over HTTP, and its doors are real."""

from __future__ import annotations

import asyncio

import pytest

from limen.clock import HOUR
from limen.demo.employees import NotDoneError
from limen.demo.running_company import DayClock, RunningCompany, address_of
from limen.events import Event
from limen.facts import Factor


async def test_everybody_enrols_and_can_do_their_work(company: RunningCompany) -> None:
    known = company.limen.known
    assert len(known.people) == 24
    by_email = {person.email: person for person in known.people.values()}
    for employee in company.employees.values():
        assert by_email[employee.who.email].groups == frozenset(employee.who.groups)
    factors = [session.auth.factors for session in known.sessions.values() if not session.app]
    assert factors.count(frozenset({Factor.PASSKEY})) == 22
    assert factors.count(frozenset({Factor.PASSWORD, Factor.CODE})) == 2

    oscar = company.employees["oscar"]
    page = await oscar.browser.open(company.url("wiki", "/plans/winter"))
    assert page.status == 200
    assert "You are <strong>Oscar Mbeki</strong>" in page.text  # the app believes the assertion, and nothing else

    greta = company.employees["greta"]
    page = await greta.browser.open(company.url("crm", "/"))
    assert "/step-up" in page.url
    with pytest.raises(NotDoneError, match="no passkey"):
        await greta.prove_again(page.url)

    await asyncio.to_thread(company.limen.journal.flush)
    said = company.limen.journal.recent(2_000)
    assert sum(event.kind == "person.enrolled" for event in said) == 24
    assert not any(_names(event) for event in said)


def _names(event: Event) -> bool:
    """Whether an event holds a name or an address that names somebody, which none may."""
    return any(isinstance(value, str) and ("@" in value or "Mbeki" in value) for value in event.details.values())


async def test_an_app_believes_nobody_but_limen(company: RunningCompany) -> None:
    crm = company.limen.known.apps["crm"]
    port = crm.upstream.url.rpartition(":")[2]
    browser = company.network.browser("192.0.2.99")
    page = await browser.request(
        "GET", f"http://localhost:{port}/", {"X-Limen-Assertion": "forged", "X-Limen-User": "p_1"}
    )
    assert (page.status, page.text) == (403, "Only Limen may send requests.\n")


def test_a_day_clock_goes_forward_only() -> None:
    clock = DayClock(1_000_000)
    clock.forward_to(1_000_000 + HOUR)
    assert 1_000_000 + HOUR <= clock.now() < 1_000_000 + 2 * HOUR
    clock.forward_to(5)
    assert clock.now() >= 1_000_000 + HOUR


def test_people_of_the_hall_sit_in_the_hall(company: RunningCompany) -> None:
    places = {who: address_of(company.employees[who].who, 9) for who in ("bram", "oscar", "hugo", "jonas")}
    assert places == {
        "bram": "198.51.100.9",
        "oscar": "192.0.2.9",
        "hugo": "203.0.113.9",
        "jonas": "192.0.2.9",
    }
