"""My access: what somebody has and until when, what waits, and ending or withdrawing it."""

from __future__ import annotations

from tests.access.at_harbor import AtHarbor, Colleague
from tests.web.access.people import ask, at_harbor, done_in, farid, oscar, request_of

from limen.access.model import RequestState

__all__ = ["at_harbor", "farid", "oscar"]


async def test_what_waits_and_what_is_held_is_shown_with_who_approved_it(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await ask(oscar)
    request = await request_of(oscar)
    assert f'data-request="{request.id}"' in (await oscar.browser.get("/access")).text
    grant = await farid.approves(request)
    assert grant is not None
    page = (await oscar.browser.get("/access")).text
    assert f'data-grant="{grant.id}"' in page
    assert f'data-request="{request.id}"' not in page
    assert "Farid" in page


async def test_a_grant_is_ended_and_a_request_withdrawn_without_a_new_proof(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    assert oscar.opens()
    await oscar.browser.get("/access")
    assert done_in(await oscar.browser.post(f"/access/grants/{grant.id}/end")) == "ended"
    assert not oscar.opens()
    request = await oscar.asks("crm", "edit")
    assert done_in(await oscar.browser.post(f"/access/requests/{request.id}/withdraw")) == "withdrawn"
    assert (await request_of(oscar)).state is RequestState.WITHDRAWN
    for path in (f"/access/grants/{grant.id}/end", f"/access/requests/{request.id}/withdraw"):
        assert done_in(await oscar.browser.post(path)) == "gone"


async def test_it_is_in_german_too(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    await farid.approves(await oscar.asks())
    page = (await oscar.browser.get("/access", **{"accept-language": "de"})).text
    assert "Befristeter Zugriff" in page
