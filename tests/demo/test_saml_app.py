"""Harbor's app that signs people in by SAML: for whom it does, what it does not believe, and how it ends."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from html import unescape
from urllib.parse import urlencode, urlsplit

import pytest
from tests.demo.company_at_work import is_over_within

from limen.demo.browser import Page
from limen.demo.running_company import RunningCompany

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SOAP = {"Content-Type": "text/xml"}


async def posted(company: RunningCompany, who: str) -> tuple[str, bytes]:
    """Where Limen's page would post, and the response, which is not posted yet."""
    browser = company.employees[who].browser
    begun = await browser.request("GET", company.url("accounting", "/login"), {})
    page = await browser.request("GET", begun.headers["Location"], {"Sec-Fetch-Mode": "navigate"})
    found = re.search(r'<form method="post" action="([^"]+)" data-post>', page.text)
    assert found, page.text
    return unescape(found[1]), b64decode(page.fields["SAMLResponse"])


async def post(company: RunningCompany, who: str, document: bytes) -> Page:
    sent = urlencode({"SAMLResponse": b64encode(document).decode()}).encode()
    return await company.employees[who].browser.request("POST", company.url("accounting", "/saml/acs"), FORM, sent)


async def test_it_shows_what_it_was_told_and_ends_with_the_sign_in(company: RunningCompany) -> None:
    maren, accounting = company.employees["maren"], company.app_sessions["accounting"]
    page = await maren.browser.open(company.url("accounting", "/"))
    assert page.status == 200
    assert "You are <strong>Maren Petersen</strong>" in page.text
    (session,) = accounting.of(maren.who.email)
    assert "bookkeeper" in session.told["groups"]
    assert session.told["NameID"] != company.person_of("maren").id  # a name that only this app knows
    await maren.sign_out()
    await is_over_within(session)
    assert urlsplit((await maren.browser.open(company.url("accounting", "/"))).url).path == "/sign-in"


async def test_whom_limen_refuses_never_arrives(company: RunningCompany) -> None:
    farid = company.employees["farid"]
    page = await farid.browser.open(company.url("accounting", "/"))
    assert urlsplit(page.url).path == "/not-yet"
    assert company.app_sessions["accounting"].of(farid.who.email) == []


async def test_it_believes_one_signed_answer_to_its_own_request(company: RunningCompany) -> None:
    url, document = await posted(company, "maren")
    assert url == company.url("accounting", "/saml/acs")
    forged = document.replace(b"maren@", b"ada@")
    assert forged != document
    assert (await post(company, "maren", forged)).status == 403
    assert (await post(company, "maren", document)).status == 403  # the request was used up by the forgery
    _, document = await posted(company, "maren")
    assert (await post(company, "rohan", document)).status == 403  # another's browser began nothing
    assert (await post(company, "maren", document)).status == 303
    assert (await post(company, "maren", document)).status == 403
    assert len(company.app_sessions["accounting"].of(company.employees["maren"].who.email)) == 1


@pytest.mark.parametrize("sent", [b"", b"<a/>", b"<!DOCTYPE a><a/>", b"\xff"])
async def test_nobody_but_limen_ends_a_session(company: RunningCompany, sent: bytes) -> None:
    maren = company.employees["maren"]
    await maren.browser.open(company.url("accounting", "/"))
    stranger = company.network.browser("203.0.113.9")
    answered = await stranger.request("POST", company.url("accounting", "/saml/logout"), SOAP, sent)
    assert answered.status == 400
    (session,) = company.app_sessions["accounting"].of(maren.who.email)
    assert not session.ended_at
