"""From an app's host by way of sign-in back to that host."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

from tests.web.conftest import Browser, House

BIND = "b" * 43


async def test_who_is_not_signed_in_signs_in_first_and_the_way_is_kept(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    browser.client.cookies.delete("__Host-limen")
    way = f"/open?app=wiki&to={quote('/plans?draft=1', safe='')}&bind={BIND}"
    sent = await browser.get(way)
    to = parse_qs(urlsplit(sent.headers["location"]).query)["to"][0]
    assert to == way
    done = await browser.sign_in(to=to)
    assert done.json()["location"] == way
    handed = await browser.get(way)
    assert handed.headers["location"].startswith("https://wiki.harbor.localhost/.limen/callback?code=")


async def test_a_stranger_can_not_tell_which_apps_there_are(browser: Browser) -> None:
    known = await browser.get(f"/open?app=wiki&bind={BIND}")
    invented = await browser.get(f"/open?app=none&bind={BIND}")
    assert known.status_code == invented.status_code == 303
    assert known.headers["location"].replace("wiki", "none") == invented.headers["location"]


async def test_only_known_apps_are_gone_on_to(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    for app in ("evil.example", "limen", "", "wiki&app=crm"):
        page = await browser.get(f"/open?app={app}&to=/&bind={BIND}")
        assert page.status_code == 404, app
        assert "location" not in page.headers


async def test_a_binding_that_no_start_gives_gets_no_code(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    for bind in ("", "short", "b" * 44, "b" * 42 + "%0A"):
        page = await browser.get(f"/open?app=wiki&to=/&bind={bind}")
        assert page.status_code == 400, bind


async def test_the_way_back_is_a_path_on_the_apps_own_host(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    there = await house.into(browser, "wiki", "/plans")
    assert there.client.cookies["__Host-limen-app"]
    for to in ("https://evil.example", "//evil.example", "/%5Cevil.example"):
        handed = await browser.get(f"/open?app=wiki&to={quote(to, safe='')}&bind={BIND}")
        assert urlsplit(handed.headers["location"]).hostname == "wiki.harbor.localhost"
