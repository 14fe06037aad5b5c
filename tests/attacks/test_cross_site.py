"""A page of another site, also of a sibling app, sends something in a person's name: refused at every door."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.enforcement.house import House, raw, status_of
from tests.interop.fronts import DOORS, Guarded, guarded

from limen.clock import DAY
from limen.facts import Label

SAME_SITE = "Sec-Fetch-Site: same-site\r\nOrigin: https://payroll.harbor.example\r\n"
CROSS_SITE = "Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n"
OLD_BROWSER = "Origin: https://payroll.harbor.example\r\n"
SANDBOXED = "Sec-Fetch-Site: cross-site\r\nOrigin: null\r\n"
OWN = "Sec-Fetch-Site: same-origin\r\nOrigin: https://wiki.harbor.example\r\n"
DECLARED = "Sec-Fetch-Site: same-site\r\nOrigin: https://portal.harbor.example\r\n"
FORM = "Sec-Fetch-Mode: navigate\r\n"


async def _send(door: str, world: Guarded, fields: str, *, method: str = "POST", path: str = "/page") -> bytes:
    cookie = f"Cookie: {world.house.cookie()}\r\n"
    if door == "check":
        head = f"GET /check HTTP/1.1\r\nHost: check\r\nX-Forwarded-Method: {method}\r\n"
        head += f"X-Forwarded-Host: wiki.harbor.example\r\nX-Forwarded-Uri: {path}\r\n"
        return await raw(world.check.port, f"{head}{cookie}{fields}Connection: close\r\n\r\n".encode())
    head = f"{method} {path} HTTP/1.1\r\nHost: wiki.harbor.example\r\n{cookie}{fields}Content-Length: 0\r\n"
    return await raw(world.port, f"{head}Connection: close\r\n\r\n".encode())


@pytest.mark.parametrize("door", DOORS)
async def test_what_another_site_sends_is_refused_by_name(door) -> None:
    async with guarded(door) as world:
        journal = world.house.journal
        for fields in (SAME_SITE, CROSS_SITE, OLD_BROWSER, SANDBOXED):
            for method in ("POST", "DELETE"):
                refused = await _send(door, world, fields, method=method)
                assert (status_of(refused), fields) == (403, fields)
                assert journal.last.reasons[0].policy == "cross-site"
                assert journal.last.facts.person.id == "ana"
        assert not world.app.requests
        told = [event.details["detail"] for event in journal.events if event.kind == "request.cross_site"]
        assert {"https://payroll.harbor.example", "https://evil.example", "null"} == set(told)
        for fields in (OWN, DECLARED, ""):
            assert (status_of(await _send(door, world, fields)), fields) == (200, fields)
        assert status_of(await _send(door, world, CROSS_SITE, method="GET")) == 200, (
            "a link from elsewhere is no attack"
        )


@pytest.mark.parametrize("door", DOORS)
async def test_a_form_from_elsewhere_leads_to_the_page_that_explains(door) -> None:
    async with guarded(door) as world:
        refused = await _send(door, world, FORM + SAME_SITE)
        assert b"/not-yet?decision=" in refused
        assert status_of(refused) in {303, 401, 403}
        assert not world.app.requests


def _onboarding(house: House, label: Label = Label.INTERNAL) -> None:
    until = house.clock.now() + 7 * DAY
    apps = [
        replace(app, onboarding_until=until, label=label) if app.id == "wiki" else app
        for app in house.known.apps.values()
    ]
    house.known.set_company(apps, house.known.groups.values())


async def test_onboarding_shows_it_before_it_bites() -> None:
    async with guarded("gateway") as world:
        _onboarding(world.house)
        assert status_of(await _send("gateway", world, SAME_SITE)) == 200
        assert [reason.policy for reason in world.house.journal.last.reasons] == ["onboarding", "cross-site"]
        seen = world.house.doors.traffic.of("wiki")
        assert seen is not None
        assert [(one.person_id, one.action, one.reasons) for one in seen.refused] == [("ana", "edit", ("cross-site",))]
        refused = await _send("gateway", world, SAME_SITE, path="/page%2f")
        assert status_of(refused) == 400


async def test_onboarding_lets_nobody_through_whom_it_would_not() -> None:
    async with guarded("gateway") as world:
        _onboarding(world.house, Label.RESTRICTED)
        assert status_of(await _send("gateway", world, SAME_SITE)) == 403
        assert len(world.app.requests) == 0


@pytest.mark.parametrize("what", ["journal", "lease"])
async def test_a_shut_door_stays_shut(what) -> None:
    async with guarded("check") as world:
        if what == "journal":
            world.house.journal.writable = False
        else:
            world.house.known.lease_until = 0.0
        assert status_of(await _send("check", world, SAME_SITE)) == 403
