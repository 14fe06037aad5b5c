"""Every room of the sign-in host is opened by policy, or is on a short list that says why it can't be."""

from __future__ import annotations

import re
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Route
from tests.web import conftest as web
from tests.web.conftest import Browser, House
from tests.web.portal.test_break_glass import issue, lock_out, opened

UNDECIDED: Final = {
    "/static/{address:path}": "what every page needs, the same for everybody",
    "/favicon.ico": "the mark",
    "/sign-in": "who comes here is not known yet; signing in itself is decided by action sign-in",
    "/sign-in/options": "the same",
    "/sign-in/passkey": "the same",
    "/signed-out": "says goodbye to whoever was there",
    "/language": "sets in which language this browser is spoken to, and nothing else",
    "/sign-out": "nothing may keep anybody from leaving",
    "/onward": "leads on to an app that decides for itself; shows nothing of one that is shut",
    "/open": "hands over to an app's host, whose every request is decided there",
    "/step-up": "the way on that a challenge names: decided itself, it could never be passed",
    "/step-up/options": "the same",
    "/step-up/passkey": "the same",
    "/not-yet": "the reasons of a refusal, for whom it refused or who may administer",
    "/withheld": "the same, for one app",
    "/enrol": "opened by a one-time link",
    "/enrol/options": "the same",
    "/enrol/passkey": "the same",
    "/enrol/code": "the same",
    "/enrol/password": "the same",
    "/lost-device": "a code from paper issues a one-time link; the sign-in that follows is decided",
    "/break-glass": "opened by a link from the server's own console, where no policy can take it away",
    "/break-glass/open": "the same",
}


class Seen:
    """The pages that a Limen was built with."""

    def __init__(self) -> None:
        self.apps: list[FastAPI] = []
        self.routers: list[APIRouter] = []

    def routes(self) -> list[tuple[str, str]]:
        """(path, method) of everything that is answered."""
        (app,) = self.apps
        all_routes = [*app.routes, *(route for router in self.routers for route in router.routes)]
        routes = [route for route in all_routes if isinstance(route, Route)]
        return sorted((route.path, method) for route in routes for method in route.methods or () if method != "HEAD")


@pytest.fixture
async def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen = Seen()

    class Watched(FastAPI):
        def __init__(self, **options: object) -> None:
            super().__init__(**options)  # type: ignore[arg-type]
            seen.apps.append(self)

        def include_router(self, router: APIRouter, **options: object) -> None:
            seen.routers.append(router)
            super().include_router(router, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(sys.modules["limen.web.build"], "FastAPI", Watched)
    async with AsyncExitStack() as closing:
        yield await web.move_in(closing, tmp_path / "harbor"), seen


def an_address(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", path)


async def asked(browser: Browser, path: str, method: str) -> list[tuple[int, str]]:
    """What a visitor with a token that holds gets there, as a page, as a form and as a script."""
    if method == "GET":
        answers = [await browser.get(an_address(path))]
    else:
        answers = [await browser.post(an_address(path)), await browser.send(an_address(path))]
    return [(one.status_code, one.headers.get("location", "") + one.text) for one in answers]


def decided(house: House) -> set[str]:
    return {f"{event.decision.route} {event.decision.effect}" for event in house.events("decision") if event.decision}


async def test_nobody_does_anything_where_policies_permit_nothing(built: tuple[House, Seen]) -> None:
    house, seen = built
    await house.administrator(house.browser())
    mia = house.browser()
    await house.member(mia, "Mia", "staff")
    await mia.get("/passkeys")
    lock_out(house)
    routes = seen.routes()
    assert len(routes) > 40
    for path, method in routes:
        if path in UNDECIDED:
            continue
        for status, said in await asked(mia, path, method):
            assert status in {200, 303}, (path, said[:80])
            assert "/not-yet?decision=" in said, (path, method, said[:80])
        assert f"{path} deny" in decided(house), path


async def test_break_glass_is_let_into_the_console_and_no_other_room(built: tuple[House, Seen]) -> None:
    house, seen = built
    ada = await house.administrator(house.browser())
    inside = house.browser()
    await opened(house, inside, issue(house, ada))
    await inside.get("/console")
    portal = [(path, method) for path, method in seen.routes() if not path.startswith(("/console", "/break-glass"))]
    for path, method in portal:
        if path in UNDECIDED:
            continue
        for _, said in await asked(inside, path, method):
            assert "/not-yet?decision=" in said, (path, method, said[:80])


async def test_the_list_of_rooms_without_a_decision_names_no_room_that_is_gone(built: tuple[House, Seen]) -> None:
    _, seen = built
    assert set(UNDECIDED) <= {path for path, _ in seen.routes()}
    assert all(UNDECIDED.values())
