"""The page of probes: empty at first, one button each, and what came of the last run."""

from __future__ import annotations

from tests.web.conftest import House

from limen.probes.catalogue import LEAVER
from limen.probes.running import Probes

AT = "/console/probes"


async def test_a_probe_is_asked_for_by_its_button_and_shows_what_came_of_it(house: House) -> None:
    ada = house.browser()
    ada_id = await house.administrator(ada)
    before = (await ada.get(AT)).text
    assert before.count("Run now</button>") == 3
    assert before.count("None yet") == 3
    done = await ada.post(f"{AT}/{LEAVER}")
    assert (done.status_code, done.headers["location"]) == (303, f"{AT}?done=asked")
    await house.limen.core.offers.take(Probes).work()
    after = (await ada.get(AT)).text
    assert f'id="{LEAVER}"' in after
    assert 'class="effect permit"' in after
    (event,) = house.events("probe.ran")
    assert event.actor == ada_id
    assert (await ada.post(f"{AT}/{LEAVER}")).status_code == 409
    assert (await ada.post(f"{AT}/nothing")).status_code == 409
