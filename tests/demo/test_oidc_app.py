"""Harbor's app that signs people in by OpenID Connect: for whom it does, whom it turns away, and how it ends."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.demo.company_at_work import is_over_within

from limen.demo.running_company import RunningCompany

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_it_shows_what_it_was_told_and_ends_with_the_sign_in(company: RunningCompany) -> None:
    oscar, expenses = company.employees["oscar"], company.app_sessions["expenses"]
    page = await oscar.browser.open(company.url("expenses", "/"))
    assert page.status == 200
    assert "You are <strong>Oscar Mbeki</strong>" in page.text
    assert [urlsplit(hop).path for hop in page.hops] == ["/login", "/oidc/authorize", "/back", "/"]

    (session,) = expenses.of(oscar.who.email)
    assert session.told["groups"] == "employee"  # in the app's words, and nothing of his other groups
    assert session.told["acr"] == "phr"
    await oscar.sign_out()
    await is_over_within(session)
    again = await oscar.browser.open(company.url("expenses", "/"))
    assert urlsplit(again.url).path == "/sign-in"


async def test_a_code_alone_signs_nobody_in(company: RunningCompany) -> None:
    """A code brought to a browser that asked for none, or with another state, is worth nothing."""
    oscar = company.employees["oscar"]
    begun = await oscar.browser.request("GET", company.url("expenses", "/login"), {})
    led = await oscar.browser.request("GET", begun.headers["Location"], {"Sec-Fetch-Mode": "navigate"})
    back = led.headers["Location"]
    assert parse_qs(urlsplit(back).query)["code"]
    stranger = company.network.browser("203.0.113.9")
    assert (await stranger.request("GET", back, {})).status == 403
    assert (await oscar.browser.request("GET", back.replace("state=", "state=x"), {})).status == 403
    assert company.app_sessions["expenses"].of(oscar.who.email) == []


@pytest.mark.parametrize("sent", [b"", b"logout_token=", b"logout_token=e30.e30.e30", b"%ff", b"x" * 300_000])
async def test_nobody_but_limen_ends_a_session(company: RunningCompany, sent: bytes) -> None:
    oscar = company.employees["oscar"]
    await oscar.browser.open(company.url("expenses", "/"))
    stranger = company.network.browser("203.0.113.9")
    answered = await stranger.request("POST", company.url("expenses", "/backchannel-logout"), FORM, sent)
    assert answered.status == 400
    (session,) = company.app_sessions["expenses"].of(oscar.who.email)
    assert not session.ended_at


async def test_somebody_deactivated_is_out_of_it_at_once(company: RunningCompany) -> None:
    oscar = company.employees["oscar"]
    await oscar.browser.open(company.url("expenses", "/"))
    (session,) = company.app_sessions["expenses"].of(oscar.who.email)
    ada = company.person_of("ada").id
    await company.limen.identity.people.deactivate(company.person_of("oscar").id, by=ada)
    await is_over_within(session)
    await asyncio.to_thread(company.limen.journal.flush)
    told = company.limen.journal.recent(50, lambda event: event.kind == "sso.sign_out_told")
    assert [event.details["app"] for event in told] == ["expenses"]
