"""Put together: a process that is heard makes risks known, and one that is far behind does not."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida
from tests.monitor.over_harbor import ada, agent, harbor, ida, meant_to_watch, risk_of, score
from tests.web.conftest import House

from limen.clock import MINUTE
from limen.monitor.alerting import LATE_AFTER, MOST_MISSED, Alerting, rules_in
from limen.monitor.link import Health

__all__ = ["ada", "agent", "harbor", "ida"]


class Process:
    """As much of the supervision as is asked: the newest sign of life."""

    health: Health | None = None


@pytest.mark.parametrize(
    ("behind", "ago", "is_known"),
    [
        (0, 0, True),
        (0, LATE_AFTER + MINUTE, False),
        (1, LATE_AFTER - MINUTE, True),
        (1, LATE_AFTER + MINUTE, False),
        (0, -LATE_AFTER - MINUTE, False),
    ],
)
async def test_what_makes_a_risk_known(harbor: House, ida: Ida, behind: int, ago: int, is_known: bool) -> None:
    risk, process = meant_to_watch(harbor), Process()
    alerting = Alerting.over(harbor.limen.core)
    keep_up = alerting.periodic(process)[0].work  # type: ignore[arg-type]
    await keep_up()
    assert score(harbor, ida.id) == (100, False)
    now = harbor.clock.now()
    process.health = Health(at=now, behind=behind, detected_at=now - ago)
    await keep_up()
    assert score(harbor, ida.id)[1] is is_known
    harbor.clock.forward(2 * MINUTE)
    await keep_up()  # the same sign of life says nothing again
    assert (score(harbor, ida.id)[1], risk.is_watching) == (False, False)
    await alerting.close()


async def test_a_process_that_finds_no_test_event_is_not_heard(harbor: House, ida: Ida) -> None:
    meant_to_watch(harbor)
    process, missed = Process(), [MOST_MISSED + 1]
    alerting = Alerting.over(harbor.limen.core)
    keep_up = alerting.periodic(process, lambda: missed[0])[0].work  # type: ignore[arg-type]
    process.health = Health(at=harbor.clock.now(), detected_at=harbor.clock.now())
    await keep_up()
    assert score(harbor, ida.id) == (100, False)
    missed[0] = MOST_MISSED
    await keep_up()
    assert score(harbor, ida.id) == (0, True)
    await alerting.close()


async def test_without_a_file_nothing_is_watched_and_nothing_happens_by_itself(harbor: House) -> None:
    rules = rules_in(harbor.limen.known)
    assert (rules.watch, rules.playbooks, risk_of(harbor).is_known) == (False, (), True)
