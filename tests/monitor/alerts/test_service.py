"""Alerts put together: what is over ends, what is old goes, and silence is said once."""

from __future__ import annotations

from tests.devices.laptops import Ida
from tests.monitor.over_harbor import about, alerts_of, hit, meant_to_watch, risk_of, take, the_case
from tests.web.conftest import House

from limen.clock import DAY, MINUTE
from limen.monitor.alerts.model import Verdict
from limen.monitor.alerts.service import KEPT


async def test_silence_is_said_once_and_so_is_its_end(harbor: House) -> None:
    alerts = alerts_of(harbor)
    meant_to_watch(harbor).heard()
    await alerts.keep_up()
    harbor.clock.forward(2 * MINUTE)
    for _ in range(3):
        await alerts.keep_up()
    risk_of(harbor).heard()
    await alerts.keep_up()
    assert (len(harbor.events("monitor.silent")), len(harbor.events("monitor.heard"))) == (1, 1)


async def test_what_was_closed_long_ago_goes(harbor: House, ida: Ida, ada: Ida) -> None:
    await take(harbor, hit(harbor, **about(ida.id)))
    case = await the_case(harbor)
    await alerts_of(harbor).close_case(case.case.id, Verdict.REAL, by=ada.id)
    await take(harbor, hit(harbor, 2, **about(ida.id)))
    harbor.clock.forward(KEPT + DAY)
    await alerts_of(harbor).forget()
    assert [len(await alerts_of(harbor).cases(is_open=one)) for one in (True, False)] == [1, 0]
