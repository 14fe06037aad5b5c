"""Enrolling: by a one-time token, by its owner's word, and nothing else."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.clock import DAY, MINUTE
from limen.devices.enrolment import MOST_DEVICES
from limen.errors import LimenError


async def test_a_token_enrols_one_device_as_the_companys(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    devices = devices_of(harbor)
    token = await devices.token(ida.id, by="server")
    begun = await agent.begin(token)
    assert (begun.status_code, begun.json()["state"]) == (200, "approved")
    done = await agent.finish(begun.json()["enrolment"])
    told = done.json()
    assert (done.status_code, told["state"], told["owner"], told["key_storage"]) == (200, "enrolled", "Ida", "file")
    kept = devices.device(told["device"])
    assert (kept.owner_id, kept.is_managed, kept.name, kept.platform) == (ida.id, True, "wren", "linux")
    known = harbor.limen.core.known.devices[told["device"]]
    assert (known.known, known.managed, known.compliance) == (True, True, "unknown")
    assert [event.device for event in harbor.events("device.enrolled")] == [kept.id]


async def test_its_owner_confirms_the_code_that_it_shows(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    begun = (await agent.begin()).json()
    assert (begun["state"], "code" in begun["address"]) == ("waiting", False)
    assert (await agent.finish(begun["enrolment"])).status_code == 202
    await ida.browser.get("/devices/enrol")
    page = await ida.browser.post("/devices/enrol", code=begun["code"].lower())
    assert page.status_code == 200
    assert "wren" in page.text
    code = re.search(r'name="code" value="(\w+)"', page.text)
    assert code is not None
    await ida.browser.post("/devices/enrol/answer", code=code[1], answer="agree")
    assert (await agent.finish(begun["enrolment"])).status_code == 200
    kept = devices_of(harbor).device(agent.device)
    assert (kept.owner_id, kept.is_managed) == (ida.id, False)


async def test_who_did_not_begin_it_refuses_it(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    begun = (await agent.begin()).json()
    await ida.browser.get("/devices/enrol")
    await ida.browser.post("/devices/enrol/answer", code=begun["code"], answer="refuse")
    done = await agent.finish(begun["enrolment"])
    assert (done.status_code, done.json()["error"]) == (403, "refused")
    assert len(harbor.events("device.enrolment_refused")) == 1
    assert devices_of(harbor).all() == []


@pytest.mark.parametrize("token", ["", "x" * 43, "é" * 10])
async def test_a_token_that_is_none_enrols_nothing(harbor: House, agent: SoftwareAgent, token: str) -> None:
    begun = await agent.begin(token or "wrong")
    done = await agent.finish(begun.json()["enrolment"])
    assert (done.status_code, done.json()["error"]) == (403, "refused")
    assert devices_of(harbor).all() == []
    assert [event.reason for event in harbor.events("device.refused")] == ["refused"]


async def test_a_token_counts_once_however_many_race_for_it(harbor: House, ida: Ida) -> None:
    token = await devices_of(harbor).token(ida.id, by="server")
    racing = [new_agent(harbor) for _ in range(6)]
    begun = [(await one.begin(token)).json()["enrolment"] for one in racing]
    done = await asyncio.gather(*[one.finish(each) for one, each in zip(racing, begun, strict=True)])
    assert sorted(one.status_code for one in done) == [200, 403, 403, 403, 403, 403]
    assert len(devices_of(harbor).all()) == 1


async def test_a_token_is_good_for_a_day(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    token = await devices_of(harbor).token(ida.id, by="server")
    harbor.clock.forward(DAY)
    begun = await agent.begin(token)
    assert (await agent.finish(begun.json()["enrolment"])).status_code == 403


async def test_an_enrolment_waits_for_ten_minutes(harbor: House, agent: SoftwareAgent) -> None:
    begun = await agent.begin()
    harbor.clock.forward(9 * MINUTE)
    assert (await agent.finish(begun.json()["enrolment"])).status_code == 202
    harbor.clock.forward(MINUTE)
    assert (await agent.finish(begun.json()["enrolment"])).json()["error"] == "expired"


async def test_a_key_is_enrolled_once(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    token = await devices_of(harbor).token(ida.id, by="server")
    begun = await laptop.begin(token)
    assert (await laptop.finish(begun.json()["enrolment"])).status_code == 403
    assert len(devices_of(harbor).all()) == 1


async def test_another_key_can_not_finish_what_somebody_began(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    begun = (await agent.begin(await devices_of(harbor).token(ida.id, by="server"))).json()
    other = new_agent(harbor)
    other.nonce = agent.nonce
    done = await other.finish(begun["enrolment"])
    assert (done.status_code, done.json()["error"]) == (400, "expired")


async def test_nobody_has_more_devices_than_a_person_can_use(harbor: House, ida: Ida) -> None:
    devices = devices_of(harbor)
    for number in range(MOST_DEVICES):
        await new_agent(harbor, f"198.51.100.{number + 1}").enrol(await devices.token(ida.id, by="server"))
    one_more = new_agent(harbor, "198.51.100.99")
    begun = await one_more.begin(await devices.token(ida.id, by="server"))
    assert (await one_more.finish(begun.json()["enrolment"])).status_code == 403
    assert len(devices.of(ida.id)) == MOST_DEVICES


async def test_tokens_are_made_for_people_with_an_account_alone(harbor: House) -> None:
    with pytest.raises(LimenError):
        await devices_of(harbor).token("p_nobody", by="server")
