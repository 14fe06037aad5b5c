"""Attacks on the pages of temporary access: forged, replayed and forwarded forms, markup in a reason, and snooping."""

from __future__ import annotations

import re

import pytest
from tests.access.at_harbor import WHY, AtHarbor, Colleague
from tests.web.access.people import ASK, FORM, approve, ask, at_harbor, done_in, farid, grants_of, oscar, request_of
from tests.web.conftest import ORIGIN, OUR_PAGE

from limen.clock import MINUTE

__all__ = ["at_harbor", "farid", "oscar"]
FOREIGN = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
MARKUP = "</p><script>alert(1)</script><a href='https://evil.example'>Sign in</a> {{ 7*7 }} =cmd()"


@pytest.mark.parametrize("path", ["/access/ask", "/access/inbox/{id}/approve", "/access/inbox/{id}/refuse"])
async def test_a_form_of_another_site_does_nothing(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague, path: str
) -> None:
    await ask(oscar)
    request = await request_of(oscar)
    await farid.browser.get("/access/inbox")
    for headers, csrf in ((FOREIGN, farid.browser.csrf), (OUR_PAGE, "A" * 43), (OUR_PAGE, oscar.browser.csrf)):
        sent = {"csrf": csrf, "app": "accounting", "actions": "view", "length": "1h", "reason": WHY}
        answer = await farid.browser.client.post(path.format(id=request.id), data=sent, headers=headers)
        assert answer.status_code == 403
    assert (await request_of(oscar)) == request
    assert await farid.access.requests_of(farid.id) == []
    assert not oscar.opens()


async def test_an_address_decides_nothing(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    """A link that is opened, by a person or by what looks at mail for them, is a GET: there is none that decides."""
    await ask(oscar)
    request = await request_of(oscar)
    for verb in ("approve", "refuse"):
        assert (await farid.browser.get(f"/access/inbox/{request.id}/{verb}")).status_code in {404, 405}
    assert (await request_of(oscar)) == request


async def test_a_replayed_approval_gives_nothing_again(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    await ask(oscar)
    request = await request_of(oscar)
    await approve(farid, request)
    (grant,) = await grants_of(oscar)
    await oscar.browser.get("/access")
    await oscar.browser.post(f"/access/grants/{grant.id}/end")
    assert done_in(await approve(farid, request)) == "gone"
    assert not oscar.opens()
    assert len(await grants_of(oscar)) == 1


async def test_a_forwarded_page_is_nothing_to_whoever_may_not_decide(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    ken = await at_harbor.colleague("Ken", "staff", "warehouse")
    await ask(oscar)
    request = await request_of(oscar)
    assert request.id not in (await ken.browser.get("/access/inbox")).text
    answers = [await approve(ken, request), await approve(ken, await missing(request.id))]
    assert [done_in(one) for one in answers] == ["gone", "gone"]  # alike for what is there and what is not
    assert answers[0].text == answers[1].text
    stranger = at_harbor.house.browser()
    sent_on = await stranger.get("/access/inbox")
    assert sent_on.headers["location"].startswith("/sign-in")
    assert request.id not in sent_on.text
    assert not oscar.opens()
    assert "not-theirs" in {one.reason for one in at_harbor.events("access.denied")}


async def missing(like: str) -> object:
    """A request that never was."""

    class Missing:
        id = f"ar_{'0' * (len(like) - 3)}"

    return Missing()


async def test_nobody_decides_their_own(at_harbor: AtHarbor, farid: Colleague) -> None:
    greta = await at_harbor.colleague("Greta", "staff", "sales")
    await at_harbor.colleague("Ed", "staff", "engineering")
    await greta.browser.get("/access/ask?app=git&action=view")
    await greta.browser.post("/access/ask", **{**FORM, "app": "git"})
    request = await request_of(greta)
    assert request.id not in (await greta.browser.get("/access/inbox")).text
    for verb in ("approve", "refuse"):
        answer = await greta.browser.post(f"/access/inbox/{request.id}/{verb}")
        assert answer.status_code in {303, 400}
    assert (await request_of(greta)).state is request.state
    assert not greta.opens("git")


@pytest.mark.parametrize("reason", [MARKUP, "A link: https://evil.example/sign-in and [click](https://evil.example)"])
async def test_markup_in_a_reason_is_text_on_pages_and_in_no_mail(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague, reason: str
) -> None:
    ada = await at_harbor.administrator()
    assert done_in(await ask(oscar, reason=reason)) == "asked"
    for browser, path in (
        (oscar.browser, "/access"),
        (farid.browser, "/access/inbox"),
        (ada.browser, "/console/access"),
    ):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page
        assert "href='https://evil" not in page
        assert 'href="https://evil' not in page
    mail = await at_harbor.told_of_access("farid@harbor.example")
    assert "evil" not in mail["subject"]
    assert all("evil" not in str(part.get_content()) for part in mail.walk() if not part.is_multipart())


@pytest.mark.parametrize(
    "turned", ["\u202egnitseuqer", "A\u2066B is here today", "bell \x07 rings here", "line\u2028line here"]
)
async def test_text_that_turns_the_writing_is_not_taken(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague, turned: str
) -> None:
    answer = await ask(oscar, reason=turned)
    requests = await oscar.access.requests_of(oscar.id)
    assert answer.status_code == 400 or all(one.reason.isprintable() for one in requests)


@pytest.mark.parametrize("app", ["payroll", "handbook", "limen", "nothing", "", "x" * 300, "../crm", "CRM", "crm "])
async def test_the_page_to_ask_tells_nothing_of_apps_that_one_may_not_ask_for(
    at_harbor: AtHarbor, oscar: Colleague, app: str
) -> None:
    """Those that are there and those that never were are answered with the same page."""

    def said(text: str) -> str:
        return re.sub(r'value="[^"]*"', "", text)

    await oscar.browser.get("/access/ask")
    never = await oscar.browser.post("/access/ask", **{**FORM, "app": "never-there"})
    answer = await oscar.browser.post("/access/ask", **{**FORM, "app": app})
    assert (answer.status_code, said(answer.text)) == (never.status_code, said(never.text))
    assert await oscar.access.requests_of(oscar.id) == []


async def test_actions_that_were_not_offered_are_not_asked_for(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await oscar.browser.get(ASK)
    sent = {**FORM, "csrf": oscar.browser.csrf, "actions": ["view", "administer"]}
    answer = await oscar.browser.client.post("/access/ask", data=sent, headers=OUR_PAGE)
    assert answer.status_code == 404
    assert await oscar.access.requests_of(oscar.id) == []


async def test_somebody_elses_grant_is_neither_ended_nor_extended(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    ken = await at_harbor.colleague("Ken", "staff", "warehouse")
    grant = await farid.approves(await oscar.asks())
    request = await oscar.asks("crm", "edit")
    assert grant is not None
    await ken.browser.get("/access")
    for path in (
        f"/access/grants/{grant.id}/end",
        f"/access/requests/{request.id}/withdraw",
        f"/access/inbox/grants/{grant.id}/revoke",
    ):
        assert done_in(await ken.browser.post(path)) == "gone"
    assert (await ken.browser.get(f"/access/ask?extends={grant.id}")).status_code == 404
    assert oscar.opens()
    assert (await request_of(oscar)).state is request.state


async def test_a_stale_sign_in_approves_nothing_whatever_it_sends(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    """A laptop that was left open: its session may look, and what it presses waits for the passkey."""
    await ask(oscar)
    request = await request_of(oscar)
    at_harbor.house.clock.forward(6 * MINUTE)
    assert request.id in (await farid.browser.get("/access/inbox")).text
    for fields in ({}, {"proved": "again"}, {"length": "1h", "form": "x"}):
        sent = await farid.browser.post(f"/access/inbox/{request.id}/approve", **fields)
        assert sent.headers["location"].removeprefix(ORIGIN).startswith("/step-up?")
    assert not oscar.opens()


async def test_asking_again_and_again_ends(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    for _ in range(20):
        await ask(oscar)
        mine = await request_of(oscar)
        await oscar.browser.get("/access")
        await oscar.browser.post(f"/access/requests/{mine.id}/withdraw")
    assert (await ask(oscar)).status_code == 400
    assert len(await oscar.access.requests_of(oscar.id)) == 20


async def test_words_of_an_approver_are_text_and_bounded_too(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await ask(oscar)
    request = await request_of(oscar)
    await farid.browser.get("/access/inbox")
    refuse = f"/access/inbox/{request.id}/refuse"
    for why in ("x" * 501, "turned \u202ewriting"):
        assert (await farid.browser.post(refuse, why=why)).status_code == 400
    assert done_in(await farid.browser.post(refuse, why=MARKUP)) == "refused"
    page = (await oscar.browser.get("/access")).text
    assert "<script>alert" not in page
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    assert done_in(await farid.browser.post(f"/access/inbox/grants/{grant.id}/revoke", why="x" * 9_000)) == "revoked"
    assert not oscar.opens()
