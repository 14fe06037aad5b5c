from __future__ import annotations

from tests.devices.laptops import Ida
from tests.devices.software_agent import SoftwareAgent
from tests.devices.sources.test_intake import enrolled
from tests.devices.sources.test_pulls import of, pulls_of, with_secret
from tests.devices.sources.told import BAD, PUSH, push, put_rules, token_for, told
from tests.emulators.fleet import fleet, host
from tests.web.conftest import Browser, House
from tests.web.devices.test_fleet import ada

__all__ = ["ada"]


async def test_the_unmanaged_are_shown_by_name(harbor: House, ada: Browser, ida: Ida, laptop: SoftwareAgent) -> None:
    page = await ada.get("/console/devices/seen")
    assert page.status_code == 200
    assert all(one in page.text for one in (f"/console/people/{ida.id}", f"/console/devices/{laptop.device}"))
    unmanaged = await ada.get("/console/devices/seen?show=unmanaged")
    assert (laptop.device in unmanaged.text, f"/console/people/{ida.id}" in unmanaged.text) == (False, True)
    assert "/console/devices/seen" in (await ada.get("/console/devices")).text


async def test_how_it_goes_with_the_sources_is_shown(harbor: House, ada: Browser) -> None:
    async with fleet(host(1, display_name="lark-of-fleet")) as vendor:
        put_rules(harbor, fleet=of(vendor), mdm=PUSH)
        page = await ada.get("/console/devices/seen")
        assert all(one in page.text for one in ("source-secret fleet", "source-token mdm"))
        with_secret(harbor, "fleet", of(vendor), "wrong")
        await pulls_of(harbor).ask_due()
        assert "let Limen in" in (await ada.get("/console/devices/seen")).text
        with_secret(harbor, "fleet", of(vendor))
        await pulls_of(harbor).ask_due()
        page = await ada.get("/console/devices/seen")
        assert ("let Limen in" in page.text, "lark-of-fleet" in page.text) == (False, True)
        assert (await ada.post("/console/devices/seen/ask", source="fleet")).status_code == 303
        assert (await ada.post("/console/devices/seen/ask", source="mdm")).status_code == 400


async def test_a_device_says_who_else_knows_it(harbor: House, ada: Browser, ida: Ida, agent: SoftwareAgent) -> None:
    laptop = await enrolled(harbor, ida, agent)
    put_rules(harbor, mdm=PUSH)
    await push(harbor, token_for(harbor, "mdm"), told(harbor, checks=BAD))
    page = await ada.get(f"/console/devices/{laptop.device}")
    assert page.text.count("mdm") >= 2


async def test_who_may_not_see_people_does_not_see_devices(ida: Ida) -> None:
    assert (await ida.browser.get("/console/devices/seen")).status_code in {303, 403}
