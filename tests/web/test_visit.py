"""What page modules are handed: a visit that was decided about before any of their code ran, and a form's fields."""

from __future__ import annotations

from types import ModuleType
from typing import Final

import httpx2
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tests.web.conftest import House, ports_of

from limen.web.build import build
from limen.web.page import Route
from limen.web.permissions import CHANGE, VIEW
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Route("GET", "/console/vault", CHANGE),
    Route("POST", "/vault", VIEW),
    Route("GET", "/stranger", undecided="says nothing of anybody"),
)


def vault(opened: list[str]) -> ModuleType:
    """A page module whose functions ask nothing themselves; `opened` is who they ran for."""

    def routes(_site: object) -> APIRouter:
        router = APIRouter()

        @router.get("/console/vault")
        async def careless() -> Response:
            opened.append("careless")
            return Response("gold")

        @router.post("/vault")
        async def put(visit: Authorized, sent: Sent) -> Response:
            opened.append(visit.person.name)
            return JSONResponse({"action": visit.action, "sent": sent["what"]})

        @router.get("/stranger")
        async def anybody(request: Request) -> Response:
            return Response(str(hasattr(request.state, "visit")))

        return router

    made = ModuleType("harbor.vault")
    made.PAGES, made.routes = PAGES, routes  # type: ignore[attr-defined]
    return made


async def test_a_function_that_asks_for_nothing_is_still_opened_by_policy_alone(house: House) -> None:
    opened: list[str] = []
    app = build(ports_of(house), [vault(opened)])
    ada, tom, nobody = (house.browser() for _ in range(3))
    await house.administrator(ada)
    await house.member(tom, "Tom", "staff")
    await tom.get("/passkeys")
    for browser in (ada, tom, nobody):
        browser.client._transport = httpx2.ASGITransport(app=app, client=("203.0.113.7", 50_000))
    assert "/not-yet?decision=" in (await tom.get("/console/vault")).headers["location"]
    assert (await nobody.get("/console/vault")).headers["location"].startswith("/sign-in")
    assert opened == []
    assert (await ada.get("/console/vault")).text == "gold"
    foreign = await tom.client.post("/vault", data={"what": "x"}, headers={"origin": "https://evil.example"})
    assert (foreign.status_code, opened) == (403, ["careless"])
    assert (await tom.post("/vault", what="tea")).json() == {"action": "view", "sent": ["tea"]}
    assert opened == ["careless", "Tom"]
    assert (await nobody.get("/stranger")).text == "False"


async def test_a_script_that_is_turned_away_is_told_where_to_go(house: House) -> None:
    tom = house.browser()
    told = await tom.send("/passkeys/options")
    assert told.status_code == 200
    assert told.json()["location"].startswith("/sign-in")
