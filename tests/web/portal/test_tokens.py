"""My tokens: made with a fresh proof for what is open now, shown once, listed, revoked; in either language."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx2
from tests.web.conftest import Browser, House

from limen.clock import MINUTE
from limen.facts.tokens import token_hash

_SECRET = re.compile(r"limen_app_[0-9A-Za-z]{49}")


async def _make(browser: Browser, **other: str) -> httpx2.Response:
    fields = {"app": "wiki", "actions": "view", "days": "90", "name": "Laptop <git>"} | other
    await browser.get(f"/tokens/new?app={fields['app']}")
    return await browser.post("/tokens/new", **fields)


async def test_a_token_is_made_shown_once_used_listed_and_revoked(house: House, browser: Browser) -> None:
    mia = await house.member(browser, "Mia", "staff")
    empty = await browser.get("/tokens")
    assert "No token yet" in empty.text
    choice = (await browser.get("/tokens/new")).text
    assert re.findall(r"/tokens/new\?app=(\w+)", choice) == ["handbook", "warehouse", "wiki"]
    made = await _make(browser)
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    secret = _SECRET.findall(made.text)[0]
    assert "git clone https://token@wiki.harbor.localhost/PROJECT.git" in made.text
    assert "curl -u token https://wiki.harbor.localhost/" in made.text
    page = (await browser.get("/tokens")).text
    assert "Laptop &lt;git&gt;" in page
    assert "Never used" in page
    assert secret not in page
    key, known = token_hash(secret.encode()), house.limen.known
    session, _, facts = known.admit_with_token(key, known.apps["wiki"], "198.51.100.9", house.clock.now())
    assert session is not None
    assert (facts.person.id, facts.auth.strength, session.actions) == (mia, 2, {"view"})
    assert "from 198.51.100.0/24" in (await browser.get("/tokens")).text
    done = await browser.post(f"/tokens/{session.id}/revoke")
    assert done.headers["location"] == "/tokens?done=revoked"
    assert known.admit_with_token(key, known.apps["wiki"], "198.51.100.9", house.clock.now())[0] is None
    page = (await browser.get("/tokens?done=revoked")).text
    assert "Revoked" in page
    assert "/revoke" not in page
    assert [len(house.events(kind)) for kind in ("token.made", "token.revoked")] == [1, 1]
    assert secret not in repr(house.limen.journal.recent(500, lambda _event: True))
    assert "Your tokens" in (await browser.get("/records")).text


async def test_an_app_that_requests_reach_without_limen_takes_no_token(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    known = house.limen.known
    known.apps["wiki"] = replace(known.apps["wiki"], host="", url="https://wiki.harbor.example/")
    assert "app=wiki" not in (await browser.get("/tokens/new")).text
    assert (await _make(browser)).status_code == 404


async def test_only_what_a_token_would_open_now_is_offered_and_made(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    refused = [
        await _make(browser, actions="administer"),
        await _make(browser, actions=""),
        await _make(browser, days="366"),
        await _make(browser, days="-1"),
        await _make(browser, name=""),
    ]
    assert [answer.status_code for answer in refused] == [400] * 5
    assert "all of this right now" in refused[0].text
    for shut in ("payroll", "crm", "limen", "nothing"):  # payroll asks for a passkey; of the others nobody learns more
        assert (await browser.get(f"/tokens/new?app={shut}")).status_code == 404
        await browser.get("/tokens")
        assert (await browser.post("/tokens/new", app=shut, actions="view", days="1", name="x")).status_code == 404
    assert not house.events("token.made")
    both = await browser.client.post("/tokens/new", data={"app": "wiki", "actions": "view", "days": "1", "name": "x"})
    assert both.status_code == 403  # no page of ours sent it


async def test_after_ten_minutes_a_fresh_proof_is_asked_for_before_anything_is_typed(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Mia", "staff")
    house.clock.forward(11 * MINUTE)
    asked = await browser.get("/tokens/new?app=wiki")
    assert asked.headers["location"] == "/step-up?app=limen&to=%2Ftokens%2Fnew%3Fapp%3Dwiki"
    await browser.get("/tokens")
    assert (await _make(browser)).headers["location"].startswith("/step-up?app=limen")
    assert not house.events("token.made")
    done = await browser.step_up("limen", "/tokens/new?app=wiki")
    assert done.json() == {"location": "/tokens/new?app=wiki"}
    assert (await _make(browser)).status_code == 200


async def test_somebody_elses_token_is_out_of_reach_and_the_page_speaks_german(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    await _make(browser)
    (token_id,) = house.limen.known.tokens
    other = house.browser(address="198.51.100.5")
    await house.member(other, "Otto", "staff")
    page = await other.get("/tokens", **{"accept-language": "de"})
    assert "Noch kein Token" in page.text
    refused = await other.post(f"/tokens/{token_id}/revoke")
    assert refused.status_code == 400
    assert "There is no such token" in refused.text
    assert not house.events("token.revoked")
    made = (await browser.client.get("/tokens/new?app=wiki", headers={"accept-language": "de"})).text
    assert "Gültigkeit in Tagen" in made
