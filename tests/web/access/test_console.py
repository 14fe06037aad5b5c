"""Temporary access in the console: read by who helps, revoked by administrators, and looks journaled."""

from __future__ import annotations

from tests.access.at_harbor import AtHarbor, Colleague
from tests.web.access.people import at_harbor, done_in, farid, oscar

from limen.clock import MINUTE

__all__ = ["at_harbor", "farid", "oscar"]
AT = "/console/access"


async def test_the_helpdesk_reads_it_and_ends_what_somebody_has_with_a_reason(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    grant = await farid.approves(await oscar.asks())
    request = await oscar.asks("crm", "edit")
    assert grant is not None
    hal = await at_harbor.colleague("Hal", "staff", "helpdesk")
    page = (await hal.browser.get(f"{AT}?person={oscar.id}")).text
    assert f'data-grant="{grant.id}"' in page
    assert f'data-request="{request.id}"' in page
    assert f"{AT}/{grant.id}/revoke" in page
    assert [one.details["page"] for one in at_harbor.events("person.looked_at")] == ["temporary-access"]
    assert (await hal.browser.post(f"{AT}/{grant.id}/revoke")).status_code == 400
    assert oscar.opens()
    sent = await hal.browser.post(f"{AT}/{grant.id}/revoke", why="He rang from his desk.")
    assert done_in(sent) == "revoked"
    assert not oscar.opens()
    assert [one.actor for one in at_harbor.events("access.ended")] == [hal.id]


async def test_the_helpdesk_takes_nothing_from_who_has_a_role_in_the_console(
    at_harbor: AtHarbor, farid: Colleague
) -> None:
    """Else it could keep an administrator from what they need on the day it matters."""
    grace = await at_harbor.colleague("Grace", "staff", "auditors")
    grant = await farid.approves(await grace.asks())
    assert grant is not None
    hal = await at_harbor.colleague("Hal", "staff", "helpdesk")
    assert f"{AT}/{grant.id}/revoke" not in (await hal.browser.get(AT)).text
    sent = await hal.browser.post(f"{AT}/{grant.id}/revoke", why="A reason.")
    assert sent.headers["location"].startswith("/not-yet")
    assert grace.opens()


async def test_it_shows_one_person_where_that_is_asked(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    request = await oscar.asks()
    hal = await at_harbor.colleague("Hal", "staff", "helpdesk")
    assert request.id in (await hal.browser.get(f"{AT}?person={oscar.id}")).text
    assert request.id not in (await hal.browser.get(f"{AT}?person={farid.id}")).text


async def test_an_administrator_revokes_with_a_fresh_proof(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    ada = await at_harbor.administrator()
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    at_harbor.house.clock.forward(11 * MINUTE)
    await ada.browser.get(AT)
    assert (await ada.browser.post(f"{AT}/{grant.id}/revoke")).headers["location"].startswith("/step-up?")
    assert grant.is_active(at_harbor.house.clock.now())
    await ada.uses_passkey()
    await ada.browser.get(AT)
    assert done_in(await ada.browser.post(f"{AT}/{grant.id}/revoke", why="The case is closed.")) == "revoked"
    assert not oscar.opens()
    assert done_in(await ada.browser.post(f"{AT}/{grant.id}/revoke")) == "gone"


async def test_employees_do_not_see_it(at_harbor: AtHarbor, oscar: Colleague) -> None:
    assert (await oscar.browser.get(AT)).headers["location"].startswith("/not-yet")
