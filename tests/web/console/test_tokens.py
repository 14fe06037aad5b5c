"""Tokens on the pages of people and apps: seen, revoked quickly, by whoever may help; journaled with why."""

from __future__ import annotations

from tests.identity.workload_terms import terms
from tests.web.conftest import Browser
from tests.web.console.conftest import Console

from limen.clock import MINUTE
from limen.identity import tokens, workloads


async def _token(browser: Browser) -> None:
    await browser.get("/tokens/new?app=wiki")
    made = await browser.post("/tokens/new", app="wiki", actions="view", days="30", name="Eve's <laptop>")
    assert made.status_code == 200, made.text


async def test_a_persons_tokens_are_seen_on_their_page_and_revoked_without_a_new_proof(console: Console) -> None:
    eve, house = console.house.browser(), console.house
    eve_id = await house.member(eve, "Eve", "staff")
    at = f"/console/people/{eve_id}"
    assert "People create theirs in the portal" in (await console.ada.get(at)).text
    await _token(eve)
    (token_id,) = house.limen.known.tokens
    page = (await console.ada.get(at)).text
    assert "Eve&#39;s &lt;laptop&gt;" in page
    assert "never used" in page
    house.clock.forward(11 * MINUTE)
    for wrong in (f"/console/people/{console.ada_id}/tokens/{token_id}", f"{at}/tokens/t_none"):
        assert (await console.ada.post(f"{wrong}/revoke")).status_code == 400
    done = await console.ada.post(f"{at}/tokens/{token_id}/revoke")
    assert done.headers["location"] == f"{at}?done=token-revoked"
    page = (await console.ada.get(f"{at}?done=token-revoked")).text
    assert "no longer works" in page
    assert f"{token_id}/revoke" not in page
    (told,) = house.events("token.revoked")
    assert (told.actor, told.subject) == (console.ada_id, eve_id)


async def test_an_apps_tokens_are_seen_with_whose_they_are_and_revoked_there(console: Console) -> None:
    eve, house = console.house.browser(), console.house
    await house.member(eve, "Eve", "staff")
    assert "No program has a token for this app" in (await console.ada.get("/console/apps/wiki")).text
    database, now = house.limen.database, house.clock.now()
    workloads.add(database, "nightly", ["wiki"], ["staff"], 30, now, terms=terms(now), by="server")
    issued = tokens.add_for_workload(database, "nightly", ["wiki"], "wiki", ["view"], 9, "copy", now, by="server")
    await _token(eve)  # which waits until all that was written before is known
    page = (await console.ada.get("/console/apps/wiki")).text
    assert [text in page for text in ("nightly, a workload", ">Eve</a>", "2 active")] == [True] * 3
    assert issued.secret not in page
    assert (await console.ada.post(f"/console/apps/crm/tokens/{issued.token.id}/revoke")).status_code == 400
    done = await console.ada.post(f"/console/apps/wiki/tokens/{issued.token.id}/revoke")
    assert done.headers["location"] == "/console/apps/wiki?done=token-revoked"
    assert "1 active" in (await console.ada.get("/console/apps/wiki")).text
    assert 'id="tokens"' not in (await console.ada.get("/console/apps/limen")).text


async def test_the_helpdesk_revokes_for_people_and_says_why_and_not_for_those_with_a_role(console: Console) -> None:
    house, eve, tom = console.house, console.house.browser(), console.house.browser()
    eve_id = await house.member(eve, "Eve", "staff")
    await house.member(tom, "Tom", "staff", "helpdesk")
    await _token(eve)
    (token_id,) = house.limen.known.tokens
    pia = house.browser()
    pia_id = await house.member(pia, "Pia", "staff", "auditors")
    await _token(pia)
    hers = next(one for one in house.limen.known.tokens if one != token_id)
    await tom.get(f"/console/people/{eve_id}")
    refused = await tom.post(f"/console/people/{pia_id}/tokens/{hers}/revoke", why="asked by phone")
    assert refused.headers["location"].startswith("/not-yet")
    assert (await tom.post(f"/console/apps/wiki/tokens/{token_id}/revoke")).headers["location"].startswith("/not-yet")
    assert (await tom.post(f"/console/people/{eve_id}/tokens/{token_id}/revoke")).status_code == 400
    assert not house.events("token.revoked")
    await tom.post(f"/console/people/{eve_id}/tokens/{token_id}/revoke", why="lost laptop, she stood here")
    (told,) = house.events("token.revoked")
    assert told.details["why"] == "lost laptop, she stood here"
