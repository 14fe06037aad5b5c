"""The pages put together: what is answered where none is, and where one breaks."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import httpx2
import pytest
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from tests.web.conftest import Browser, House, ports_of
from tests.web.parcels import console as parcels

from limen.web.build import _by_programs, build, declared
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE
from limen.web.registry import PageError, registered


async def test_what_is_not_there_is_said_in_the_same_style(browser: Browser) -> None:
    missing = await browser.get("/nothing-here")
    assert missing.status_code == 404
    assert "<h1>There is nothing here</h1>" in missing.text
    assert 'class="sheet"' in missing.text
    assert "nothing-here" not in missing.text


async def test_a_method_that_a_route_does_not_take_is_refused_in_the_same_style(browser: Browser) -> None:
    refused = await browser.client.delete("/sign-in")
    assert refused.status_code == 405
    assert 'class="sheet"' in refused.text


async def test_a_page_that_breaks_tells_nothing_of_why(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.member(browser, "Mia", "staff")

    def break_down(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(type(house.limen.identity.sessions), "of_person", break_down)
    browser.client._transport.raise_app_exceptions = False
    broken = await browser.get("/sessions")
    assert broken.status_code == 500
    assert "secret" not in broken.text
    assert "<h1>Something went wrong here</h1>" in broken.text
    assert "content-security-policy" in broken.headers


async def test_no_documentation_of_the_inside_is_served(browser: Browser) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await browser.get(path)).status_code == 404


async def test_another_part_brings_pages_by_naming_their_modules_and_changes_no_other_file(house: House) -> None:
    modules = ["tests.web.parcels.console", "tests.web.parcels.portal"]
    app = build(ports_of(house), modules)
    ada, tom, hal = (house.browser() for _ in range(3))
    await house.administrator(ada)
    await house.member(tom, "Tom", "staff")
    await house.member(hal, "Hal", "staff", "helpdesk")
    for browser in (ada, tom, hal):
        browser.client._transport = httpx2.ASGITransport(app=app, client=("203.0.113.7", 50_000))
    page = await ada.get("/console/parcels")
    assert (page.status_code, "Parcel: all" in page.text) == (200, True)
    menu = re.findall(r'<li><a href="([^"]+)"( aria-current="page")?>', page.text)
    assert ("/console/parcels", ' aria-current="page"') in menu
    paths = [path for path, _ in menu]
    assert paths.index("/console/people") < paths.index("/console/parcels") < paths.index("/console/apps")
    found = (await ada.get("/console/find?q=parcels", accept="application/json")).json()
    assert [one["href"] for one in found] == ["/console/parcels", "/parcels"]
    assert "Parcel: the newest" in (await ada.get("/console/parcels/newest")).text, (
        "the path that names more comes first"
    )
    assert "Parcel: p-7" in (await ada.get("/console/parcels/p-7")).text
    assert (await ada.post("/console/parcels/p-7/hand-out")).headers["location"] == "/console/parcels/p-7"
    mine = await tom.get("/parcels")
    assert '<li><a href="/parcels" aria-current="page">Parcels</a></li>' in mine.text
    for browser in (tom, hal):
        for answer in (await browser.get("/console/parcels"), await browser.post("/console/parcels/p-7/hand-out")):
            assert "/not-yet?decision=" in answer.headers["location"]
    people = (await hal.get("/console/people")).text
    assert 'href="/console/people" aria-current="page"' in people
    assert "/console/parcels" not in people
    assert [one["href"] for one in (await hal.get("/console/find?q=parcels", accept="application/json")).json()] == [
        "/parcels"
    ]
    assert {("GET", "/console/parcels/{parcel_id}"), ("GET", "/parcels")} <= set(declared(modules).routes)


async def test_a_page_that_is_wrongly_declared_stops_the_start_and_is_named(house: House) -> None:
    module = ModuleType("harbor.parcels")
    module.PAGES = (Page("/console/parcels", "Parcels", ("adminster",)),)  # type: ignore[attr-defined]
    module.routes = parcels.routes  # type: ignore[attr-defined]
    with pytest.raises(PageError, match=r"harbor\.parcels: GET /console/parcels names the permission 'adminster'"):
        build(ports_of(house), [module])
    with pytest.raises(ModuleNotFoundError):
        build(ports_of(house), ["limen.web.console.not_there"])


async def test_what_programs_ask_goes_straight_to_its_function_and_fails_in_the_same_style(browser: Browser) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    unread = await browser.client.post("/oidc/token", content=b"\xff", headers=form)
    assert (unread.status_code, 'class="sheet"' in unread.text) == (400, True)
    assert "content-security-policy" in unread.headers
    assert set((await browser.client.post("/oidc/token", json={})).json()) == {"what", "fix"}
    assert (await browser.client.head("/oidc/userinfo")).status_code == 405
    refused = await browser.client.get("/oidc/token")
    assert (refused.status_code, 'class="sheet"' in refused.text) == (405, True)
    for method in ("GET", "POST"):
        assert (await browser.client.request(method, "/oidc/userinfo")).status_code == 401


def test_only_what_takes_the_request_alone_and_is_not_decided_before_goes_straight() -> None:
    router, ways = APIRouter(), ModuleType("ways")
    ways.PAGES = (
        Route("POST", "/plain", undecided="theirs", by_programs=True),
        Route("POST", "/handed", undecided="theirs", by_programs=True),
        Route("POST", "/decided", CHANGE, by_programs=True),
        Route("POST", "/seldom", undecided="theirs"),
    )

    async def plain(request: Request) -> Response:
        return Response(request.url.path)

    async def handed(request: Request, body: str) -> Response:
        return Response(request.url.path + body)

    for path, answer in (("/plain", plain), ("/handed", handed), ("/decided", plain), ("/seldom", plain)):
        router.add_api_route(path, answer, methods=["POST"])
    found = list(_by_programs(router.routes, registered([ways], Path())))
    assert [(one.path, one.methods) for one in found] == [("/plain", {"POST"})]


def test_all_pages_are_loaded_without_what_a_start_does_not_need() -> None:
    """Each of these costs megabytes for as long as the server runs, whether somebody needs it or not."""
    code = (
        "import sys, limen.logs\n"
        "from limen.pillars import pillars; from limen.web.build import declared\n"
        "declared([page for pillar in pillars() for page in pillar.pages])\n"
        "heavy = {'aiohttp', 'rich', 'authlib', 'joserfc', 'lxml', 'argon2', 'webauthn'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
