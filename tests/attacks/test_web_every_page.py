# ruff: noqa: F401, F811 -- fixtures are imported by name, and tests take them by the same name
"""Every route of the sign-in host is opened by policy, or is one of few that say why nothing can be decided there."""

from __future__ import annotations

import re
from typing import Final

import pytest
from tests.web.conftest import Browser, House, house
from tests.web.portal.test_break_glass import issue, lock_out, opened

from limen.web.build import declared

UNDECIDED: Final = {
    "/.well-known/authzen-configuration",
    "/.well-known/ssf-configuration",
    "/access/v1/evaluation",
    "/access/v1/evaluations",
    "/access/v1/openapi.json",
    "/break-glass",
    "/break-glass/open",
    "/enrol",
    "/enrol/code",
    "/enrol/options",
    "/enrol/passkey",
    "/enrol/password",
    "/favicon.ico",
    "/language",
    "/lost-device",
    "/go-on",
    "/not-yet",
    "/not-yet/check",
    "/not-yet/device",
    "/onward",
    "/open",
    "/sign-in",
    "/sign-in/options",
    "/sign-in/passkey",
    "/sign-out",
    "/signed-out",
    "/scim/v2/{path:path}",
    "/ssf/poll/{stream_id}",
    "/ssf/status",
    "/ssf/streams",
    "/ssf/subjects/add",
    "/ssf/subjects/remove",
    "/ssf/verify",
    "/static/{address:path}",
    "/step-up",
    "/step-up/options",
    "/step-up/passkey",
    "/withheld",
}
"""Kept here a second time, on purpose: whoever adds one has to say so twice, and be asked why."""

DECIDED: Final = sorted((route.path, route.method) for route in declared().routes.values() if not route.undecided)


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


async def test_nobody_does_anything_where_policies_permit_nothing(house: House) -> None:
    await house.administrator(house.browser())
    mia = house.browser()
    await house.member(mia, "Mia", "staff")
    await mia.get("/passkeys")
    lock_out(house)
    assert len(DECIDED) > 90
    for path, method in DECIDED:
        for status, said in await asked(mia, path, method):
            assert status in {200, 303}, (path, said[:80])
            assert "/not-yet?decision=" in said, (path, method, said[:80])
        assert f"{path} deny" in decided(house), path


async def test_break_glass_is_let_into_the_console_and_nowhere_else(house: House) -> None:
    ada = await house.administrator(house.browser())
    inside = house.browser()
    await opened(house, inside, issue(house, ada))
    await inside.get("/console")
    portal = [(path, method) for path, method in DECIDED if not path.startswith(("/console", "/break-glass"))]
    assert len(portal) > 20
    for path, method in portal:
        for _, said in await asked(inside, path, method):
            assert "/not-yet?decision=" in said, (path, method, said[:80])


def test_what_is_not_decided_is_known_here_and_says_why() -> None:
    undecided = [route for route in declared().routes.values() if route.undecided]
    assert {route.path for route in undecided} == UNDECIDED
    assert len(undecided) == 46
    assert all(len(route.undecided) > 7 for route in undecided)


@pytest.mark.parametrize("path", ["/console/nothing", "/docs", "/openapi.json", "/console/people/x/y/z"])
async def test_what_nobody_declared_is_not_answered(house: House, path: str) -> None:
    ada = house.browser()
    await house.administrator(ada)
    assert (await ada.get(path)).status_code == 404
