"""Approvals: what somebody may decide with what they need to know; approved with a passkey used just now."""

from __future__ import annotations

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.web.access.people import approve, ask, at_harbor, done_in, farid, grants_of, oscar, request_of

from limen.access.model import RequestState
from limen.clock import HOUR, MINUTE
from limen.facts import Risk

__all__ = ["at_harbor", "farid", "oscar"]


async def test_a_request_is_shown_to_who_may_approve_it_and_opens_once_they_do(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await ask(oscar)
    request = await request_of(oscar)
    assert request.id in (await farid.browser.get("/access/inbox")).text
    assert request.id not in (await oscar.browser.get("/access/inbox")).text
    assert done_in(await approve(farid, request)) == "granted"
    assert oscar.opens()
    shown = (await farid.browser.get("/access/inbox")).text
    assert f'data-request="{request.id}"' not in shown
    assert f'data-grant="{(await grants_of(oscar))[0].id}"' in shown


async def test_whoever_approves_can_give_it_for_a_shorter_time_and_never_for_longer(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await ask(oscar, length="4h")
    request = await request_of(oscar)
    assert (await approve(farid, request, length="8h")).status_code == 400
    assert done_in(await approve(farid, request, length="1h")) == "granted"
    (grant,) = await grants_of(oscar)
    assert grant.until - grant.since == HOUR


async def test_an_old_sign_in_is_sent_to_use_the_passkey_and_comes_back_to_one_press(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await ask(oscar)
    request = await request_of(oscar)
    at_harbor.house.clock.forward(6 * MINUTE)
    sent = await approve(farid, request)
    assert sent.headers["location"].startswith("/step-up?")
    assert not oscar.opens()
    await farid.uses_passkey()
    assert done_in(await approve(farid, request)) == "granted"


async def test_a_refusal_says_why_to_whoever_asked(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    await ask(oscar)
    request = await request_of(oscar)
    await farid.browser.get("/access/inbox")
    sent = await farid.browser.post(f"/access/inbox/{request.id}/refuse", why="Ask Greta first.")
    assert done_in(sent) == "refused"
    assert (await request_of(oscar)).state is RequestState.REFUSED
    assert "Ask Greta first." in (await oscar.browser.get("/access")).text


async def test_two_people_approve_what_is_restricted(at_harbor: AtHarbor) -> None:
    sofia = await at_harbor.colleague("Sofia", "staff", "hr")
    maren = await at_harbor.colleague("Maren", "staff", "finance", "management")
    ines = await at_harbor.colleague("Ines", "staff", "management")
    request = await sofia.asks("payroll", "edit", why="Lucia is ill on the payday.", ticket="PAY-7")
    assert done_in(await approve(maren, request)) == "step-1"
    assert request.id not in (await maren.browser.get("/access/inbox")).text
    shown = (await ines.browser.get("/access/inbox")).text
    assert request.id in shown
    assert "PAY-7" in shown
    assert "Maren" in shown
    assert done_in(await approve(ines, request)) == "granted"


@pytest.mark.parametrize(("risk", "said"), [(23, "23"), (None, "")])
async def test_the_risk_of_who_asks_is_told(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague, risk: int | None, said: str
) -> None:
    if risk is not None:
        at_harbor.house.limen.known.risks.put(oscar.id, Risk(risk, known=True, at=at_harbor.house.clock.now()))
    await ask(oscar)
    assert said in (await farid.browser.get("/access/inbox")).text


async def test_who_approved_it_can_revoke_it(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    await farid.browser.get("/access/inbox")
    assert done_in(await farid.browser.post(f"/access/inbox/grants/{grant.id}/revoke")) == "revoked"
    assert not oscar.opens()
