"""Attacks that try to make the sign-in host send a browser, or a code, to somewhere else."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urljoin, urlsplit

import pytest
from tests.web import conftest as web
from tests.web.conftest import ORIGIN, Browser, House

house, browser = web.house, web.browser

AWAY = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%09/evil.example",
    "/\t/evil.example",
    "/\r\nset-cookie: x=y",
    "@evil.example",
    ".evil.example",
)
OURS = {None, "limen.harbor.localhost", "wiki.harbor.localhost"}


def _host(location: str) -> str | None:
    return urlsplit(location).hostname


@pytest.mark.parametrize("to", AWAY)
async def test_no_way_on_leaves_the_companys_hosts(house: House, browser: Browser, to: str) -> None:
    await house.member(browser, "Mia", "staff")
    asked = quote(to, safe="")
    bind = "b" * 43
    for path in (
        f"/sign-in?to={asked}",
        f"/onward?to={asked}",
        f"/onward?app=wiki&to={asked}",
        f"/onward?app={asked}&to=/",
        f"/open?app=wiki&bind={bind}&to={asked}",
        f"/open?app={asked}&bind={bind}&to=/",
        f"/step-up?app=wiki&to={asked}",
        f"/step-up?app={asked}&to=/",
    ):
        answered = await browser.get(path)
        location = answered.headers.get("location", "")
        assert _host(location) in OURS, path
        assert "set-cookie: x" not in location
        for link in re.findall(r'(?:href|src|action)="([^"]*)"|content="0;url=([^"]*)"', answered.text):
            assert _host(urljoin(ORIGIN + path, unescape("".join(link)))) in OURS, (path, link)


@pytest.mark.parametrize("to", AWAY)
async def test_no_sign_in_or_step_up_sends_a_script_away(house: House, browser: Browser, to: str) -> None:
    await house.member(browser, "Mia", "staff")
    stepped = await browser.step_up("wiki", "/")
    assert stepped.status_code == 200
    await browser.get("/step-up?app=wiki")
    options = (await browser.send("/step-up/options")).json()["options"]
    again = await browser.send("/step-up/passkey", credential=browser.passkey.get(options), app="wiki", to=to)
    assert _host(again.json()["location"]) == "wiki.harbor.localhost"
    browser.client.cookies.delete("__Host-limen")
    signed_in = await browser.sign_in(to=to)
    assert signed_in.json()["location"].startswith("/")
    assert _host(signed_in.json()["location"]) is None


async def test_the_app_of_a_step_up_is_a_known_one_or_limen_itself(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.get("/step-up?app=wiki")
    options = (await browser.send("/step-up/options")).json()["options"]
    done = await browser.send("/step-up/passkey", credential=browser.passkey.get(options), app="evil.example", to="/x")
    assert done.json()["location"] == "/x"
