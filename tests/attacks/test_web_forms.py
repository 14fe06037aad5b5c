"""Attacks on the sign-in host's forms: forged from other sites, framed, smuggled to another host, oversized."""

from __future__ import annotations

import pytest
from tests.web import conftest as web
from tests.web.conftest import ORIGIN, OUR_PAGE, Browser, House

house, browser = web.house, web.browser

POSTS = (
    "/sign-in",
    "/sign-in/options",
    "/sign-in/passkey",
    "/sign-out",
    "/enrol",
    "/enrol/options",
    "/enrol/passkey",
    "/enrol/code",
    "/enrol/password",
    "/step-up",
    "/step-up/options",
    "/step-up/passkey",
    "/passkeys/options",
    "/passkeys/add",
    "/passkeys/x/rename",
    "/passkeys/x/remove",
    "/sessions/x/end",
    "/sessions/end-others",
)
FOREIGN = (
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "https://wiki.harbor.localhost", "sec-fetch-site": "same-site"},
    {"origin": "null"},
    {},
)


@pytest.mark.parametrize("path", POSTS)
async def test_no_post_is_taken_from_another_site_even_with_the_session_and_a_good_token(
    house: House,
    browser: Browser,
    path: str,
) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.get("/passkeys")
    for headers in FOREIGN:
        form = await browser.client.post(path, data={"csrf": browser.csrf}, headers=headers)
        script = await browser.client.post(path, json={"csrf": browser.csrf}, headers=headers)
        for answered in (form, script):
            assert answered.status_code in {400, 403}, (path, headers, answered.status_code)
            assert "location" not in answered.headers
            assert not any("__Host-limen=" in cookie for cookie in answered.headers.get_list("set-cookie"))
    assert (await browser.get("/")).status_code == 200, "still signed in, nothing happened"


@pytest.mark.parametrize("path", POSTS)
async def test_no_post_is_taken_without_the_pages_token(
    house: House,
    browser: Browser,
    path: str,
) -> None:
    await house.member(browser, "Mia", "staff")
    form = await browser.client.post(path, data={"csrf": "A" * 43}, headers=OUR_PAGE)
    script = await browser.client.post(path, json={"csrf": "A" * 43}, headers=OUR_PAGE)
    assert {form.status_code, script.status_code} <= {400, 403}
    assert (await browser.get("/")).status_code == 200


async def test_login_csrf_fails_because_the_token_belongs_to_the_browser(
    house: House,
    browser: Browser,
) -> None:
    """A thief's own token, planted in a victim's browser, is none of that browser's."""
    await house.member(browser, "Mia", "staff")
    thief, victim = house.browser(address="198.51.100.66"), house.browser(address="198.51.100.7")
    await thief.get("/sign-in")
    await victim.get("/sign-in")
    victim.csrf = thief.csrf
    assert (await victim.send("/sign-in/options")).status_code == 403


@pytest.mark.parametrize("path", ["/", "/sign-in", "/enrol", "/nothing-here", "/favicon.ico", "/static/x/limen.css"])
async def test_no_page_can_be_framed_cached_or_sniffed(browser: Browser, path: str) -> None:
    answered = await browser.get(path)
    policy = answered.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answered.headers["x-frame-options"] == "DENY"
    assert answered.headers["x-content-type-options"] == "nosniff"
    assert answered.headers["referrer-policy"] == "no-referrer"
    assert answered.headers["cross-origin-opener-policy"] == "same-origin"


async def test_nothing_on_a_page_is_inline(house: House, browser: Browser) -> None:
    import re

    await house.member(browser, "Mia", "staff", "finance")
    elsewhere = {app.url for app in house.limen.known.apps.values()}  # where apps are that sign people in themselves
    paths = (
        "/",
        "/passkeys",
        "/sessions",
        "/app-sign-ins",
        "/access",
        "/step-up?app=payroll",
        "/enrol",
        "/nothing-here",
    )
    for path in paths:
        page = (await browser.get(path)).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", page), path
        for address in re.findall(r'(?:src|href)="(https?://[^"]+)"', page):
            assert address in elsewhere or address.startswith("https://"), address
            assert "harbor.localhost" in address, address


async def test_a_name_full_of_markup_is_only_text(house: House, browser: Browser) -> None:
    link = await house.limen.identity.people.invite("<img src=x>&'\"", "odd@harbor.example", ["staff"], by="")
    assert (await browser.enrol(link)).status_code == 200
    for path in ("/", "/access", "/step-up?app=wiki"):
        page = (await browser.get(path)).text
        assert "<img" not in page
        assert "&lt;img src=x&gt;" in page


@pytest.mark.parametrize("host", ["evil.example", "limen.harbor.localhost.evil.example", "limen.harbor.localhost:81"])
async def test_the_sign_in_host_answers_under_its_own_name_only(browser: Browser, host: str) -> None:
    answered = await browser.get("/sign-in", host=host)
    assert answered.status_code in {400, 403, 404, 421}
    assert "Sign in" not in answered.text


async def test_a_huge_body_is_refused_before_it_is_read(browser: Browser) -> None:
    await browser.get("/sign-in")
    huge = await browser.client.post("/sign-in", data={"csrf": browser.csrf, "email": "x" * 100_000}, headers=OUR_PAGE)
    assert huge.status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
async def test_other_methods_do_nothing(house: House, browser: Browser, method: str) -> None:
    await house.member(browser, "Mia", "staff")
    for path in ("/sign-out", "/passkeys", "/sessions/end-others"):
        answered = await browser.client.request(method, path, headers=OUR_PAGE)
        assert answered.status_code == 405
        assert "content-security-policy" in answered.headers
    assert (await browser.get("/")).status_code == 200


async def test_a_method_override_turns_no_get_into_a_post(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.get("/sign-out", **{"x-http-method-override": "POST", "x-http-method": "POST"})
    await browser.get("/sign-out?_method=POST")
    assert (await browser.get("/")).status_code == 200


async def test_a_forwarded_address_from_a_stranger_is_not_believed(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.client.get("/", headers={"x-forwarded-for": "192.0.2.1", "forwarded": "for=192.0.2.1"})
    assert all(event.address != "192.0.2.1" for event in house.events("decision"))
    assert ORIGIN.startswith("https://")
