"""What firewalls deny is kept as a source of Limen's own; where nothing is watched it is dropped."""

from __future__ import annotations

from tests.monitor.houses import harbor, sources_of, stored
from tests.waiting import until
from tests.web.conftest import House

from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.normal_form.frame import FIREWALLS
from limen.pillar import FirewallLogs

__all__ = ["harbor"]
RECORD = b'{"at":"2026-11-24T09:00:00Z","firewall":"gw1","source":"10.10.0.7","destination":"10.60.0.2","port":445}'


async def test_it_is_kept_as_what_nobody_else_can_send(harbor: House) -> None:
    logs = harbor.limen.core.offers.take(FirewallLogs)
    await logs.take([RECORD], "10.50.0.1")
    await until(lambda: [one for one in stored(harbor) if one["source"] == FIREWALLS])
    (one,) = [one for one in stored(harbor) if one["source"] == FIREWALLS]
    assert (one["host"], one["src_ip"], one["product"]) == ("gw1", "10.10.0.7", FIREWALLS)


async def test_where_nothing_is_watched_it_is_dropped(harbor: House) -> None:
    assert sources_of(harbor).is_taking
    harbor.limen.known.set_rules(MonitorRules, MonitorRules(watch=False))
    await harbor.limen.core.offers.take(FirewallLogs).take([RECORD], "10.50.0.1")
    assert not [one for one in stored(harbor) if one["source"] == FIREWALLS]
