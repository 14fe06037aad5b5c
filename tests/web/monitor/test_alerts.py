"""Cases in the console: shown without a word of theirs that could run, acted on, judged, suppressed."""

from __future__ import annotations

from html import unescape

import pytest
from tests.devices.laptops import Ida
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.over_harbor import (
    about,
    ada,
    agent,
    alerts_of,
    decided,
    harbor,
    hit,
    ida,
    laptop,
    risk_of,
    score,
    take,
    the_case,
)
from tests.web.conftest import House

from limen.clock import HOUR
from limen.monitor.detections.hit import Level
from limen.monitor.detections.own_rules import own_rules
from limen.web.monitor.evidence import SEARCH

__all__ = ["ada", "agent", "harbor", "ida", "laptop"]


async def case_at(house: House) -> str:
    return f"/console/cases/{(await the_case(house)).case.id}"


async def test_nothing_to_look_at_and_something(harbor: House, ada: Ida, ida: Ida) -> None:
    page = (await ada.browser.get("/console/alerts")).text
    assert 'class="empty"' in page
    await take(harbor, hit(harbor, title="Impossible <travel>", **about(ida.id)))
    page = (await ada.browser.get("/console/alerts")).text
    assert ("Impossible &lt;travel&gt;" in page, await case_at(harbor) in page, "Ida" in page) == (True, True, True)
    assert await case_at(harbor) not in (await ada.browser.get("/console/alerts?show=closed")).text


async def test_a_case_says_who_what_and_the_next_step_as_its_rule_does(harbor: House, ada: Ida, ida: Ida) -> None:
    rule = next(one.about for one in own_rules().correlations if "{count}" in one.about.sentence)
    says: dict[str, str | int] = {"count": 4321, "src_ip": "<script>alert(1)</script>"}
    await take(harbor, hit(harbor, rule=rule.id, says=says, **about(ida.id)))
    page = (await ada.browser.get(await case_at(harbor))).text
    assert ("4321" in page, "<script>alert" in page, f"/console/people/{ida.id}" in page) == (True, False, True)
    assert rule.next_step.partition("{")[0][:30].replace("'", "&#39;") in page


async def test_each_button_acts_and_undo_takes_it_back(
    harbor: House, ada: Ida, ida: Ida, laptop: SoftwareAgent
) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, confidence=1, device_id=laptop.device, **about(ida.id)))
    at = await case_at(harbor)
    await ada.browser.get(at)
    done = await ada.browser.post(f"{at}/do", does="quarantine", kind="device", id=laptop.device)
    assert done.headers["location"] == f"{at}?done=quarantine"
    assert laptop.device not in harbor.limen.known.devices
    await ada.browser.post(f"{at}/do", does="step_up", kind="person", id=ida.id)
    case = await the_case(harbor)
    page = (await ada.browser.get(f"{at}?done=step_up")).text
    assert all(f'value="{one.id}"' in page for one in case.responses)
    for one in case.responses:
        assert (await ada.browser.post(f"{at}/undo", id=one.id)).headers["location"] == f"{at}?done=undone"
    assert laptop.device in harbor.limen.known.devices
    await ada.browser.post(f"{at}/do", does="disable", kind="person", id=ida.id)
    assert await decided(harbor, ida.id) == "ended"
    assert "Suspended" in (await ada.browser.get(f"/console/people/{ida.id}")).text


@pytest.mark.parametrize("does", ["erase", ""])
async def test_no_other_thing_is_done(harbor: House, ada: Ida, ida: Ida, does: str) -> None:
    await take(harbor, hit(harbor, **about(ida.id)))
    at = await case_at(harbor)
    await ada.browser.get(at)
    assert (await ada.browser.post(f"{at}/do", does=does, kind="person", id=ida.id)).status_code == 400
    assert (await ada.browser.post(f"{at}/do", does="disable", kind="person", id=ada.id)).status_code == 400
    assert (await ada.browser.post(f"{at}/close", verdict="whatever")).status_code == 400


async def test_a_verdict_releases_and_leads_to_a_suppression_with_its_preview(
    harbor: House, ada: Ida, ida: Ida
) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, level=Level.CRITICAL, confidence=90, **about(ida.id)))
    at = await case_at(harbor)
    alert = (await the_case(harbor)).alerts[0]
    await ada.browser.get(at)
    assert (await ada.browser.post(f"{at}/take")).headers["location"] == f"{at}?done=taken"
    done = await ada.browser.post(f"{at}/alerts/{alert.id}/close", verdict="false_alarm", why="She was in Lisbon")
    assert (done.headers["location"], score(harbor, ida.id)) == (f"{at}?done=released", (0, True))
    page = await ada.browser.get(f"{at}/alerts/{alert.id}/suppress")
    assert page.status_code == 200
    done = await ada.browser.post(f"{at}/alerts/{alert.id}/suppress", about="one", lasts="30d", why="Travels a lot")
    assert done.headers["location"] == f"{at}?done=suppressed"
    assert (await take(harbor, hit(harbor, 2, **about(ida.id)))).suppressed == 1
    refused = await ada.browser.post(f"{at}/alerts/{alert.id}/suppress", about="all", lasts="7d", why="All of it")
    assert refused.status_code == 400  # what is critical is not suppressed for everybody
    assert (await ada.browser.post(f"{at}/alerts/{alert.id}/reopen")).headers["location"] == f"{at}?done=reopened"
    assert (await ada.browser.get(f"{at}/alerts/al_none/suppress")).status_code == 404


async def test_what_was_real_is_dealt_with_on_its_page(harbor: House, ada: Ida, ida: Ida) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, **about(ida.id)))
    at = await case_at(harbor)
    alert = (await the_case(harbor)).alerts[0]
    await ada.browser.get(at)
    close = f"{at}/alerts/{alert.id}/close"
    assert (await ada.browser.post(close, verdict="dealt_with", why="")).status_code == 400
    assert (await ada.browser.post(close, verdict="real")).headers["location"] == f"{at}?done=closed"
    assert (await ada.browser.get(at)).text.count('value="dealt_with"') == 1
    done = await ada.browser.post(close, verdict="dealt_with", why="Her laptop was set up anew")
    assert (done.headers["location"], score(harbor, ida.id)) == (f"{at}?done=released", (0, True))


async def test_what_can_hide_something_takes_a_proof_of_now(harbor: House, ada: Ida, ida: Ida) -> None:
    await take(harbor, hit(harbor, **about(ida.id)))
    at = await case_at(harbor)
    await ada.browser.get(at)
    harbor.clock.forward(HOUR)
    answer = await ada.browser.post(f"{at}/close", verdict="false_alarm", why="Nothing")
    assert (answer.status_code, "/step-up" in answer.headers.get("location", "") + answer.text) == (303, True)
    assert (await the_case(harbor)).case.is_open


async def test_a_case_that_is_not_there(harbor: House, ada: Ida) -> None:
    assert (await ada.browser.get("/console/cases/ca_none")).status_code == 404
    assert await alerts_of(harbor).cases() == []


async def test_nobody_is_offered_to_judge_what_is_about_them(harbor: House, ada: Ida, ida: Ida) -> None:
    """The buttons would only lead to a refusal; the page says who decides."""
    await take(harbor, hit(harbor, **about(ada.id)))
    at = await case_at(harbor)
    page = (await ada.browser.get(at)).text
    assert (f"{at}/do" in page, f"{at}/take" in page, 'name="verdict"' in page) == (False, False, False)
    assert 'id="own"' in page


async def test_a_case_leads_to_the_events_that_it_rests_on(harbor: House, ada: Ida, ida: Ida) -> None:
    await take(harbor, hit(harbor, events=("first", "second"), count=2, **about(ida.id)))
    page = unescape((await ada.browser.get(await case_at(harbor))).text)
    assert f"{SEARCH}?q=uid%3A%22first%22+OR+uid%3A%22second%22&" in page


async def test_what_limen_does_not_manage_is_named(harbor: House, ada: Ida) -> None:
    await take(harbor, hit(harbor, entity="host:<srv-1>", events=()))
    page = (await ada.browser.get(await case_at(harbor))).text
    assert ("the computer &lt;srv-1&gt;" in page, "<srv-1>" in page) == (True, False)
