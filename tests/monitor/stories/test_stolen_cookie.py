"""A session's cookie is copied off a laptop and used without its tie: the session ends, and there is a case."""

from __future__ import annotations

from tests.attacks.test_devices import prove
from tests.attacks.test_stolen_cookies import copied
from tests.devices.laptops import Ida, agent, ida, laptop
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.stories.story import alerted, case_of, forward, harbor, within
from tests.web.conftest import House

from limen.monitor.response.model import Doing
from limen.ties import AT_THE_CHANGE

__all__ = ["agent", "harbor", "ida", "laptop"]


async def test_a_stolen_cookie_ends_the_session_it_was_copied_from(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await harbor.administrator(harbor.browser())
    await prove(ida.browser, laptop)
    await forward(harbor, AT_THE_CHANGE)
    thief = copied(harbor, ida.browser, "__Host-limen")
    assert (await ida.browser.get("/sessions")).status_code == 200
    await thief.get("/devices")

    async def is_over() -> bool:
        return (await ida.browser.get("/sessions")).status_code != 200

    await within("from the copy's use to the end of its session", is_over)
    assert (await thief.get("/sessions")).status_code != 200
    alert = await alerted(harbor, "limen/copied-cookie.yml")
    assert (alert.person_id, alert.device_id) == (ida.id, laptop.device)
    assert {one.kind for one in (await case_of(harbor, alert)).responses} == {Doing.END_SESSIONS, Doing.STEP_UP}
    assert (await ida.browser.sign_in()).status_code == 200
    await harbor.into(ida.browser, "wiki")
