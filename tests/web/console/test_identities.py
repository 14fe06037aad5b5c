"""Unique identities in the console: shown with their evidence to those who may, recorded, decided and taken back."""

from __future__ import annotations

import re

from tests.devices.laptops import Ida
from tests.monitor.over_harbor import about, ada, agent, alerts_of, harbor, hit, ida, take
from tests.web.conftest import House

from limen.monitor.detections.hit import Level
from limen.monitor.detections.shared_accounts.shared_accounts import ABOUT

__all__ = ["ada", "agent", "harbor", "ida"]
SAYS: dict[str, str | int] = {
    "one": "Vienna <b>(Chrome)</b>",
    "other": "Lisbon (Edge)",
    "one_address": "203.0.113.7",
    "other_address": "198.51.100.20",
    "changes": 5,
    "minutes": 40,
    "signs": "apart, proved",
}


async def found(house: House, person_id: str) -> str:
    """Two days on which their account was used at two places at once; the page of it."""
    for number in (1, 2):
        one = hit(house, number, rule=ABOUT.id, level=Level.MEDIUM, says=SAYS, **about(person_id))
        await take(house, one)
    return "/console/identities"


async def test_it_is_shown_with_its_evidence_and_looking_is_recorded(harbor: House, ada: Ida, ida: Ida) -> None:
    page = (await ada.browser.get("/console/identities")).text
    assert "uf_" not in page
    at = await found(harbor, ida.id)
    page = (await ada.browser.get(at)).text
    assert "Ida" in page
    assert "Vienna &lt;b&gt;" in page
    (link,) = re.findall(r"/console/identities/uf_[0-9a-f]{24}", page)
    page = (await ada.browser.get(link)).text
    assert [page.count(word) for word in ("203.0.113.7", "198.51.100.20")] == [2, 2]
    looks = [one for one in harbor.events("person.looked_at") if one.subject == ida.id]
    assert [(one.actor, one.details["page"]) for one in looks] == [(ada.id, "identities")]
    assert (await ada.browser.get(f"{at}/uf_none")).status_code == 404


async def test_a_decision_holds_is_quiet_and_is_taken_back(harbor: House, ada: Ida, ida: Ida) -> None:
    page = (await ada.browser.get(await found(harbor, ida.id))).text
    (link,) = re.findall(r"/console/identities/uf_[0-9a-f]{24}", page)
    sent = {"choice": "one-person", "days": "30", "why": "Works on a <i>terminal server</i>"}
    for wrong in ({"why": ""}, {"days": "91"}, {"days": "x"}, {"choice": "keep"}):
        answer = await ada.browser.post(f"{link}/decide", **{**sent, **wrong})
        assert answer.status_code == 400
        assert "data-problem" in answer.text
    done = await ada.browser.post(f"{link}/decide", **sent)
    assert done.headers["location"] == f"{link}?done=decided"
    page = (await ada.browser.get(link)).text
    assert "terminal server&lt;/i&gt;" in page
    assert [one.entity for one in await alerts_of(harbor).suppressions()] == [f"person:{ida.id}"]
    (event,) = harbor.events("identity.decided")
    assert (event.actor, event.subject, event.details["choice"]) == (ada.id, ida.id, "one-person")
    assert (await ada.browser.post(f"{link}/reopen")).headers["location"].endswith("done=reopened")
    assert f'{link}"' in (await ada.browser.get("/console/identities")).text
    live = [one for one in await alerts_of(harbor).suppressions() if one.counts(harbor.clock.now())]
    assert live == []


async def test_employees_see_none_of_it(harbor: House, ada: Ida, ida: Ida) -> None:
    page = (await ada.browser.get(await found(harbor, ida.id))).text
    (link,) = re.findall(r"/console/identities/uf_[0-9a-f]{24}", page)
    for at in ("/console/identities", link):
        assert (await ida.browser.get(at)).headers["location"].startswith("/not-yet")


async def test_nobody_decides_about_themselves(harbor: House, ada: Ida) -> None:
    page = (await ada.browser.get(await found(harbor, ada.id))).text
    (link,) = re.findall(r"/console/identities/uf_[0-9a-f]{24}", page)
    assert f"{link}/decide" not in (await ada.browser.get(link)).text
    answer = await ada.browser.post(f"{link}/decide", choice="one-person", days="30", why="Trust me")
    assert "data-problem" in answer.text
    assert not harbor.events("identity.decided")
