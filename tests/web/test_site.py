"""Who stands there, whether they are let in, and what they are answered with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from markupsafe import escape
from starlette.responses import Response
from tests.web.conftest import Browser, House

from limen.clock import HOUR
from limen.errors import LimenError
from limen.identity.errors import BusyError, FreshProofNeededError, NotLiveError, OpensConsoleOnlyError, UndecidedError
from limen.messages import Language, catalogue
from limen.web.site import TurnedAwayError, done_or_page, status_of


async def test_a_browser_gets_its_long_lived_cookie_once(browser: Browser) -> None:
    first = await browser.get("/sign-in")
    assert "__Host-limen-browser=" in first.headers["set-cookie"]
    assert "set-cookie" not in (await browser.get("/sign-in")).headers


async def test_opening_a_page_is_decided_and_journaled(house: House, browser: Browser) -> None:
    mia = await house.member(browser, "Mia", "staff")
    await browser.get("/sessions")
    newest = house.events("decision")[0]
    assert newest.actor == mia
    assert newest.decision is not None
    assert (newest.decision.app, newest.decision.action, newest.decision.effect) == ("limen", "view", "permit")
    assert newest.decision.route == "/sessions"


async def test_that_limen_can_not_decide_is_a_503_that_says_why(
    house: House, browser: Browser, lost_lease: Callable[[], None]
) -> None:
    await house.member(browser, "Mia", "staff")
    lost_lease()
    for language in Language:
        page = await browser.get("/", **{"accept-language": language.value})
        assert (page.status_code, page.headers["retry-after"]) == (503, "10")
        assert escape(catalogue(language).say("fails.lease-expired")) in page.text


async def test_nobody_signs_in_while_limen_can_not_decide_and_is_told_to_try_again(
    house: House, browser: Browser, lost_lease: Callable[[], None]
) -> None:
    await house.member(browser, "Mia", "staff")
    again = house.browser()
    again.passkey = browser.passkey
    lost_lease()
    refused = await again.sign_in()
    assert refused.status_code == 503
    assert refused.json()["what"] == UndecidedError().what
    assert "__Host-limen=" not in refused.headers.get("set-cookie", "")


async def test_who_may_not_administer_is_refused_the_console_and_told_why(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    sent = await browser.get("/console")
    assert sent.headers["location"].startswith("/not-yet?decision=")
    page = await browser.get(sent.headers["location"])
    assert "You don&#39;t have access to the admin console" in page.text
    newest = next(e for e in house.events("decision") if e.decision and e.decision.action == "audit")
    assert newest.decision is not None
    assert newest.decision.effect == "deny"


async def test_an_old_proof_of_an_administrator_is_renewed_and_leads_back(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    assert (await browser.get("/console")).status_code == 200
    house.clock.forward(int(1.2 * HOUR))
    asked = await browser.get("/console/people")
    assert asked.headers["location"].startswith("/step-up?app=limen&to=%2Fconsole%2Fpeople&decision=")
    done = await browser.step_up("limen", "/console/people")
    assert done.json() == {"location": "/console/people"}
    assert (await browser.get("/console/people")).status_code == 200


async def test_a_session_that_idled_is_over(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    house.clock.forward(3 * HOUR)
    assert (await browser.get("/")).headers["location"].startswith("/sign-in")


async def test_somebody_let_go_is_refused_at_the_next_request(house: House, browser: Browser) -> None:
    mia = await house.member(browser, "Mia", "staff")
    assert (await browser.get("/")).status_code == 200
    await house.limen.identity.people.deactivate(mia, by="")
    assert (await browser.get("/")).headers["location"].startswith("/sign-in")


async def test_an_apps_session_is_worth_nothing_on_the_sign_in_host(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    there = await house.into(browser, "wiki")
    thief = house.browser(address="198.51.100.66")
    cookie = there.client.cookies["__Host-limen-app"]
    answered = await thief.get("/", cookie=f"__Host-limen={cookie}")
    assert answered.headers["location"].startswith("/sign-in")


async def test_the_whole_journal_holds_no_name_address_or_token(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.get("/")
    house.limen.journal.flush()
    told = " ".join(str(event) for event in house.limen.journal.recent(500))
    for secret in ("mia@harbor.example", "Mia", browser.client.cookies["__Host-limen"]):
        assert secret not in told


async def _refuse(error: LimenError) -> None:
    raise error


async def test_work_that_fails_leads_to_the_page_that_says_so() -> None:
    asked = []

    def page(wrong: LimenError) -> Response:
        asked.append(wrong)
        return Response(status_code=status_of(wrong))

    async def slow_page(wrong: LimenError) -> Response:
        return page(wrong)

    for shown in (page, slow_page):
        with pytest.raises(TurnedAwayError) as turned:
            await done_or_page(_refuse(BusyError()), shown)
        assert turned.value.response.status_code == 503
    assert len(asked) == 2


@pytest.mark.parametrize("error", [NotLiveError(), FreshProofNeededError(3), OpensConsoleOnlyError()])
async def test_a_sign_in_or_a_proof_that_is_missing_is_asked_for_as_everywhere(error: LimenError) -> None:
    with pytest.raises(type(error)):
        await done_or_page(_refuse(error), lambda _: Response())
