"""My access: what somebody has and until when, what waits, and ending or withdrawing it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.access.rows import NOW, grant
from tests.devices.laptops import devices_of, new_agent
from tests.web.access.people import ask, at_harbor, done_in, farid, oscar, request_of

from limen.access.model import RequestState
from limen.facts import App, Upstream
from limen.facts.directory_group import DirectoryGroup
from limen.facts.radius_service import RadiusService
from limen.facts.ssh_hosts import SshHosts
from limen.web.access.rows import GrantRow
from limen.web.pages import Pages

__all__ = ["at_harbor", "farid", "oscar"]


async def test_what_waits_and_what_is_held_is_shown_with_who_approved_it(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await ask(oscar)
    request = await request_of(oscar)
    assert f'data-request="{request.id}"' in (await oscar.browser.get("/access")).text
    grant = await farid.approves(request)
    assert grant is not None
    page = (await oscar.browser.get("/access")).text
    assert f'data-grant="{grant.id}"' in page
    assert f'data-request="{request.id}"' not in page
    assert "Farid" in page


async def test_a_grant_is_ended_and_a_request_withdrawn_without_a_new_proof(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    assert oscar.opens()
    await oscar.browser.get("/access")
    assert done_in(await oscar.browser.post(f"/access/grants/{grant.id}/end")) == "ended"
    assert not oscar.opens()
    request = await oscar.asks("crm", "edit")
    assert done_in(await oscar.browser.post(f"/access/requests/{request.id}/withdraw")) == "withdrawn"
    assert (await request_of(oscar)).state is RequestState.WITHDRAWN
    for path in (f"/access/grants/{grant.id}/end", f"/access/requests/{request.id}/withdraw"):
        assert done_in(await oscar.browser.post(path)) == "gone"


async def test_what_counts_on_one_device_alone_says_on_which(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    devices, laptop = devices_of(at_harbor.house), new_agent(at_harbor.house)
    await laptop.enrol(await devices.token(oscar.id, by="server"))
    (device,) = devices.of(oscar.id)
    await oscar.sits_at(device.id)
    assert await farid.approves(await oscar.asks()) is not None
    page = (await oscar.browser.get("/access")).text
    assert f"only on {device.name}" in page
    assert device.name not in (await farid.browser.get("/access")).text


async def test_it_is_in_german_too(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    await farid.approves(await oscar.asks())
    page = (await oscar.browser.get("/access", **{"accept-language": "de"})).text
    assert "Befristeter Zugriff" in page


@pytest.mark.parametrize(
    ("more", "actions", "said"),
    [
        ({"ssh": SshHosts(("db1.harbor.example",))}, ("connect",), "limen ssh db1.harbor.example"),
        ({"ssh": SshHosts(("db1.harbor.example",))}, ("connect", "elevate"), "limen ssh --sudo db1.harbor.example"),
        ({"radius": RadiusService("vpn", ())}, ("connect",), "Connect as usual"),
        ({"group": DirectoryGroup("ldap", "cn=payments")}, ("elevate",), "member of this group"),
    ],
)
def test_what_is_no_page_says_how_it_is_used(more: dict[str, Any], actions: tuple[str, ...], said: str) -> None:
    app = App("a", "A", "", Upstream(""), **more)
    row = GrantRow(grant(app="a", actions=actions), app, "", "Oscar", ("Farid",), is_active=True)
    nothing: dict[str, Any] = {"waiting": (), "over": (), "refused": (), "may_ask": False}
    pages = Pages("Harbor", ZoneInfo("Europe/Berlin"))
    page = pages.render("access/_mine.html", NOW, {"csrf": "", "now": NOW, "held": [row], **nothing})
    assert said in page
