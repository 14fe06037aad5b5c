"""What is suppressed is kept and counts for nothing: scoped, with an end, previewed, and never too much."""

from __future__ import annotations

from typing import Any

import pytest
from tests.devices.laptops import Ida
from tests.monitor.over_harbor import SPRAY, TRAVEL, about, alerts_of, hit, open_alerts, risk_of, score, take
from tests.web.conftest import House

from limen.clock import DAY, HOUR
from limen.monitor.alerts.errors import OwnAlertError, SuppressionError
from limen.monitor.alerts.model import STORM_ENTITY, Verdict
from limen.monitor.alerts.suppressing import LONGEST, LONGEST_OF_ALL, MOST_OF_ALL, Wanted
from limen.monitor.detections.hit import Level


def wanted(entity: str = "", **more: Any) -> Wanted:
    return Wanted(**{"rule": TRAVEL, "entity": entity, "lasts_ms": 7 * DAY, "why": "Travels every week", **more})


async def test_it_hides_one_rule_about_one_thing_until_it_ends(harbor: House, ida: Ida, ada: Ida) -> None:
    risk_of(harbor).heard()
    alerts, entity = alerts_of(harbor), f"person:{ida.id}"
    made = await alerts.suppress(wanted(entity), by=ada.id)
    taken = await take(harbor, hit(harbor, 1, **about(ida.id)))
    assert ((taken.new, taken.suppressed), await open_alerts(harbor)) == ((1, 1), [])
    assert score(harbor, ida.id) == (0, True)
    assert [one.count for one in await alerts.suppressions()] == [1]
    await take(harbor, hit(harbor, times=3, **about(ida.id)))
    assert [one.count for one in await alerts.suppressions()] == [3]
    await take(harbor, hit(harbor, 2, rule=SPRAY, **about(ida.id)), hit(harbor, 3))
    assert len(await open_alerts(harbor)) == 2  # another rule, and another entity
    await alerts.end_suppression(made.id, by=ada.id)
    await take(harbor, hit(harbor, 4, **about(ida.id)))
    assert len(await open_alerts(harbor)) == 3
    with pytest.raises(SuppressionError):
        await alerts.end_suppression(made.id, by=ada.id)


async def test_its_time_ends_it(harbor: House, ida: Ida, ada: Ida) -> None:
    await alerts_of(harbor).suppress(wanted(f"person:{ida.id}", lasts_ms=HOUR), by=ada.id)
    harbor.clock.forward(HOUR)
    assert (await take(harbor, hit(harbor, **about(ida.id)))).suppressed == 0


async def test_its_preview_says_what_it_would_have_hidden(harbor: House, ida: Ida, ada: Ida) -> None:
    alerts, entity = alerts_of(harbor), f"person:{ida.id}"
    assert (await alerts.preview(TRAVEL, entity)).findings == 0
    await take(harbor, hit(harbor, 1, **about(ida.id)), hit(harbor, 2, **about(ida.id)))
    harbor.clock.forward(2 * DAY)
    await take(harbor, hit(harbor, 3, level=Level.MEDIUM, **about(ida.id)), hit(harbor, 4))
    would = await alerts.preview(TRAVEL, entity)
    assert (would.findings, would.days, would.alerts, would.real, would.worst) == (3, 2, 2, 0, Level.HIGH)
    assert (await alerts.preview(TRAVEL, "")).findings == 4
    harbor.clock.forward(29 * DAY)
    assert (await alerts.preview(TRAVEL, entity)).findings == 1


async def test_what_would_have_hidden_something_real_is_refused(harbor: House, ida: Ida, ada: Ida) -> None:
    await take(harbor, hit(harbor, **about(ida.id)))
    (alert,) = await open_alerts(harbor)
    await alerts_of(harbor).close(alert.id, Verdict.REAL, by=ada.id)
    for entity in (f"person:{ida.id}", ""):
        with pytest.raises(SuppressionError, match="real"):
            await alerts_of(harbor).suppress(wanted(entity), by=ada.id)


@pytest.mark.parametrize(
    "too_much",
    [
        wanted("host:a", lasts_ms=LONGEST + 1),
        wanted(lasts_ms=LONGEST_OF_ALL + 1),
        wanted("host:a", lasts_ms=0),
        wanted("host:a", why=" "),
        wanted("host:a", why="\u202e reversed"),
        wanted(STORM_ENTITY),
    ],
)
async def test_too_long_or_without_a_reason_is_refused(harbor: House, ada: Ida, too_much: Wanted) -> None:
    with pytest.raises(SuppressionError):
        await alerts_of(harbor).suppress(too_much, by=ada.id)


async def test_so_many_for_everybody_and_none_of_what_is_critical(harbor: House, ida: Ida, ada: Ida) -> None:
    alerts = alerts_of(harbor)
    await take(harbor, hit(harbor, level=Level.CRITICAL, **about(ida.id)))
    with pytest.raises(SuppressionError, match="critical"):
        await alerts.suppress(wanted(), by=ada.id)
    for number in range(MOST_OF_ALL):
        await alerts.suppress(wanted(rule=str(number)), by=ada.id)
    with pytest.raises(SuppressionError):
        await alerts.suppress(wanted(rule="one more"), by=ada.id)
    await alerts.suppress(wanted("host:a", rule="one more"), by=ada.id)
    with pytest.raises(SuppressionError, match="already"):
        await alerts.suppress(wanted("host:a", rule="one more"), by=ada.id)


async def test_nobody_suppresses_what_is_about_themselves(harbor: House, ida: Ida, ada: Ida) -> None:
    await take(harbor, hit(harbor, 1, entity="user:ida", person_id=ida.id))
    for entity in (f"person:{ida.id}", "user:ida"):
        with pytest.raises(OwnAlertError):
            await alerts_of(harbor).suppress(wanted(entity), by=ida.id)
