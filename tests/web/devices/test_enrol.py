from __future__ import annotations

from dataclasses import replace

from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House


async def test_the_page_says_what_asks_and_from_where(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    near, far = (await agent.begin()).json(), (await new_agent(harbor, "198.51.100.77").begin()).json()
    await ida.browser.get("/devices/enrol")
    told = [(await ida.browser.post("/devices/enrol", code=one["code"])).text for one in (near, far)]
    assert [("203.0.113.7" in page, "198.51.100.77" in page) for page in told] == [(True, False), (False, True)]
    assert ["another network" in page for page in told] == [False, True]


async def test_a_code_is_not_guessed(ida: Ida, agent: SoftwareAgent) -> None:
    code = (await agent.begin()).json()["code"]
    await ida.browser.get("/devices/enrol")
    for _ in range(10):
        assert (await ida.browser.post("/devices/enrol", code="BBBB-BBBB")).status_code == 400
    assert (await ida.browser.post("/devices/enrol", code=code)).status_code == 400


async def test_where_only_tokens_enrol_a_code_does_not(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    known = harbor.limen.core.known
    known.set_device_rules(replace(known.device_rules, enrol_by_owner=False))
    begun = (await agent.begin()).json()
    await ida.browser.get("/devices/enrol")
    assert (await ida.browser.post("/devices/enrol/answer", code=begun["code"], answer="agree")).status_code in {
        400,
        403,
    }
    assert devices_of(harbor).all() == []


async def test_a_form_of_another_site_confirms_nothing(ida: Ida, harbor: House, agent: SoftwareAgent) -> None:
    begun = (await agent.begin()).json()
    done = await ida.browser.client.post(
        "/devices/enrol/answer",
        data={"code": begun["code"], "answer": "agree"},
        headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    )
    assert done.status_code in {400, 403}
    assert (await agent.finish(begun["enrolment"])).status_code == 202
