"""Risk in the console: who, the worst first, and each line of how it comes about."""

from __future__ import annotations

from tests.devices.laptops import Ida
from tests.monitor.over_harbor import SPRAY, about, ada, agent, harbor, hit, ida, risk_of, take, the_case
from tests.web.conftest import House

from limen.monitor.detections.hit import Level

__all__ = ["ada", "agent", "harbor", "ida"]


async def test_the_worst_first_with_its_arithmetic(harbor: House, ada: Ida, ida: Ida) -> None:
    risk_of(harbor).heard()
    assert 'class="empty"' in (await ada.browser.get("/console/risk")).text
    ben = await harbor.member(harbor.browser(), "Ben", "staff")
    await take(
        harbor,
        hit(harbor, 1, level=Level.CRITICAL, title="<b>Travel</b>", **about(ida.id)),
        hit(harbor, 2, rule=SPRAY, sources=("firewall",), **about(ida.id)),
        hit(harbor, 3, level=Level.LOW, **about(ben)),
    )
    page = (await ada.browser.get("/console/risk")).text
    assert page.index(f"/console/risk/person/{ida.id}") < page.index(f"/console/risk/person/{ben}")
    page = (await ada.browser.get(f"/console/risk/person/{ida.id}")).text
    assert ("&lt;b&gt;Travel" in page, "<b>Travel" in page, "+80.0" in page, "100" in page) == (True, False, True, True)


async def test_of_whom_nothing_is_said_and_of_nobody(harbor: House, ada: Ida, ida: Ida) -> None:
    assert (await ada.browser.get(f"/console/risk/person/{ida.id}")).status_code == 200
    for wrong in ("person/p_none", "device/d_none", "whatever/x"):
        assert (await ada.browser.get(f"/console/risk/{wrong}")).status_code == 404


async def test_each_finding_leads_to_its_case_and_its_events(harbor: House, ada: Ida, ida: Ida) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, 1, events=("seen",), **about(ida.id)))
    page = (await ada.browser.get(f"/console/risk/person/{ida.id}")).text
    assert f"/console/cases/{(await the_case(harbor)).case.id}" in page
    assert "uid%3A%22seen%22" in page
