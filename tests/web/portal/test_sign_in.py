"""Signing in and out, over HTTP."""

from __future__ import annotations

import pytest
from tests.web.conftest import PASSWORD, Browser, House

from limen.identity.model import IssuedLink


async def _with_password(house: House, browser: Browser, link: IssuedLink) -> str:
    """Enrol with a password and a code as the pages do it; returns the seed."""
    import re

    import pyotp

    token = link.token.reveal()
    await browser.get("/enrol")
    await browser.post("/enrol", token=token)
    page = await browser.post("/enrol/code", token=token)
    seed = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")  # type: ignore[index]
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    code = pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)
    done = await browser.post("/enrol/password", token=token, ticket=ticket, password=PASSWORD, code=code)
    assert done.status_code == 303, done.text
    return seed


async def test_the_sign_in_page_offers_the_passkey_first_and_both_ways(browser: Browser) -> None:
    page = await browser.get("/sign-in")
    assert page.status_code == 200
    assert page.text.index("Sign in with a passkey") < page.text.index("password and code")
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-limen-browser=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))


async def test_a_passkey_opens_a_session_with_a_host_cookie(house: House, browser: Browser) -> None:
    await house.member(browser, "Ben", "staff")
    browser.client.cookies.delete("__Host-limen")
    done = await browser.sign_in(to="/sessions")
    assert done.json() == {"location": "/sessions"}
    cookie = next(value for value in done.headers.get_list("set-cookie") if value.startswith("__Host-limen="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert (await browser.get("/")).status_code == 200


async def test_password_and_code_are_a_second_way_and_a_wrong_one_says_nothing(house: House, browser: Browser) -> None:
    import pyotp

    seed = await _with_password(house, browser, await house.invite("Cleo", "staff"))
    other = house.browser(address="198.51.100.20")
    await other.get("/sign-in")
    said = set()
    for email, password in (("cleo@harbor.example", "wrong wrong wrong"), ("nobody@harbor.example", PASSWORD)):
        wrong = await other.post("/sign-in", email=email, password=password, code="000000")
        assert wrong.status_code == 400
        said.add(wrong.text.replace(email, ""))
    assert len(said) == 1, "a stranger can't tell whether an address exists"
    house.clock.forward(60_000)
    code = pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)
    done = await other.post("/sign-in", email="cleo@harbor.example", password=PASSWORD, code=code, to="/access")
    assert done.status_code == 303, done.text
    assert done.headers["location"] == "/onward?to=%2Faccess"
    assert 'href="/access"' in (await other.get(done.headers["location"])).text


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back(browser: Browser) -> None:
    for path in ("/", "/passkeys", "/sessions", "/access", "/console", "/not-yet?decision=x", "/step-up?app=wiki"):
        sent = await browser.get(path)
        assert sent.status_code == 303, path
        assert sent.headers["location"].startswith("/sign-in?to=%2F"), path


async def test_a_proof_is_good_once(house: House, browser: Browser) -> None:
    await house.member(browser, "Dana", "staff")
    browser.client.cookies.delete("__Host-limen")
    await browser.get("/sign-in")
    options = (await browser.send("/sign-in/options")).json()["options"]
    credential = browser.passkey.get(options)
    assert (await browser.send("/sign-in/passkey", credential=credential)).status_code == 200
    browser.client.cookies.delete("__Host-limen")
    await browser.get("/sign-in")
    again = await browser.send("/sign-in/passkey", credential=credential)
    assert again.status_code == 400
    assert "location" not in again.json()


@pytest.mark.parametrize(
    "credential", [None, "text", [], {}, {"id": 1}, {"id": "x", "response": {"clientDataJSON": 5}}]
)
async def test_what_is_no_credential_is_refused_without_a_stack_trace(browser: Browser, credential: object) -> None:
    await browser.get("/sign-in")
    refused = await browser.send("/sign-in/passkey", credential=credential)
    assert refused.status_code == 400
    assert set(refused.json()) == {"what", "fix"}


async def test_signing_out_ends_the_session_here_and_on_every_app(house: House, browser: Browser) -> None:
    await house.member(browser, "Emil", "staff")
    await browser.get("/")
    done = await browser.post("/sign-out")
    assert done.headers["location"] == "/signed-out"
    assert (await browser.get("/signed-out")).status_code == 200
    assert (await browser.get("/")).headers["location"].startswith("/sign-in")
    assert len(house.events("session.revoked")) == 1


async def test_signing_out_needs_the_pages_token(house: House, browser: Browser) -> None:
    await house.member(browser, "Fay", "staff")
    browser.csrf = "forged"
    assert (await browser.post("/sign-out")).status_code == 403
    assert (await browser.get("/")).status_code == 200


async def test_onward_knows_only_this_host_and_known_apps(house: House, browser: Browser) -> None:
    await house.member(browser, "Gita", "staff")
    for to in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        page = await browser.get("/onward?to=" + to.replace("\\", "%5C"))
        assert "evil.example" not in page.text
    assert "https://wiki.harbor.localhost/x" in (await browser.get("/onward?app=wiki&to=/x")).text
    assert "evil" not in (await browser.get("/onward?app=evil.example&to=/x")).text
