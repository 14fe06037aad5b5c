"""Suppressions in the console: each with who, why and how much it has hidden, and its end."""

from __future__ import annotations

from tests.devices.laptops import Ida
from tests.monitor.over_harbor import TRAVEL, about, ada, agent, alerts_of, harbor, hit, ida, take
from tests.web.conftest import House

from limen.clock import DAY
from limen.monitor.alerts.suppressing import Wanted

__all__ = ["ada", "agent", "harbor", "ida"]


async def test_it_is_listed_with_what_it_has_hidden_and_ended(harbor: House, ada: Ida, ida: Ida) -> None:
    assert 'class="empty"' in (await ada.browser.get("/console/suppressions")).text
    wanted = Wanted(TRAVEL, f"person:{ida.id}", DAY, "Travels <i>a lot</i>")
    made = await alerts_of(harbor).suppress(wanted, by=ada.id)
    await take(harbor, hit(harbor, **about(ida.id)))
    page = (await ada.browser.get("/console/suppressions")).text
    assert ("Travels &lt;i&gt;" in page, "Ada Harbor" in page) == (True, True)
    done = await ada.browser.post(f"/console/suppressions/{made.id}/end")
    assert done.headers["location"] == "/console/suppressions?done=ended"
    assert (await ada.browser.post(f"/console/suppressions/{made.id}/end")).status_code == 400
    assert (await take(harbor, hit(harbor, 2, **about(ida.id)))).suppressed == 0
