"""What is read from a real Limen: network.yaml in force, connections, probes, sessions and alerts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from tests.network.learning.seen import contact, tally
from tests.roadmap.network.conftest import TODAY, Follow
from tests.web.conftest import House

from limen.clock import DAY, MINUTE, SECOND
from limen.events import Event
from limen.monitor import detections
from limen.monitor.alerts import findings
from limen.monitor.alerts.findings import Finding
from limen.monitor.alerts.model import Alert
from limen.monitor.alerts.store import keep_alert
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.monitor_file import FILE as MONITOR
from limen.monitor.monitor_rules import MonitorRules
from limen.network.learning import store as learned
from limen.network.probes.model import Probe, Result
from limen.network.probes.records import KIND, record_of
from limen.roadmap.evidence import Evidence
from limen.roadmap.network.controls import CONTROLS
from limen.roadmap.network.evidence import CrossingAlert, NetworkEvidence
from limen.roadmap.network.reading import GUARDED_ZONE_TRIED, network_evidence
from limen.roadmap.sources import Sources


async def read(house: House, sources: Sources) -> NetworkEvidence:
    house.limen.journal.flush()
    now = replace(sources, now=house.clock.now())
    return await asyncio.to_thread(network_evidence, now, lambda: None)


async def test_harbor_states_a_network_and_nothing_was_seen_of_it_yet(house: House, sources: Sources) -> None:
    found = await read(house, sources)
    assert (found.today, found.network is not None, found.proved is not None) == (TODAY, True, True)
    assert (found.seen, found.lately, found.alerts, found.probed, found.doors) == (None, None, (), (), ())
    assert [(one.firewall.name, one.is_enrolled) for one in found.firewalls] == [("router", False)]
    assert {one.id for one in found.footholds or ()} == {"office", "warehouse"}


async def test_what_happens_is_read_with_it(house: House, sources: Sources) -> None:
    browser = house.browser(address="10.10.0.7")
    ada = await house.administrator(browser)
    now = house.clock.now()
    seen = contact("10.10.0.7", "10.20.0.12")._replace(day=now // DAY)
    its = replace(tally(), first_at=now, last_at=now)
    probe = Probe("servers", "backup", "vault", "10.20.0.10", "10.60.0.4", 22, must_pass=False)
    results = [Result("files", probe, "silent", now, ("router",))]
    await house.limen.core.write(lambda to: learned.keep(to.connection, {seen: its}))
    for at in (now - 5 * MINUTE, now):
        house.limen.journal.record(Event(at=at, kind=KIND, details={"firewall": "files", **record_of(results)}))
    found = await read(house, sources)
    assert (found.seen, found.alerts, found.probed) == ({seen: its}, (), tuple(results))
    assert found.lately is not None
    assert found.lately.flows["apps-by-limen"].came == 5
    assert "10.10.0.7" in found.signed_in_from
    laptop = next(one for one in found.footholds or () if one.is_person)
    assert (laptop.id, {"limen"} <= {one.name for one in laptop.assets}) == (ada, True)


async def test_only_what_found_a_try_to_reach_a_guarded_zone_and_raised_an_alert_is_an_alert_of_one(
    house: House, sources: Sources
) -> None:
    now = house.clock.now()
    alert = Alert(
        id="a1",
        case_id="c1",
        rule=GUARDED_ZONE_TRIED,
        title="t",
        level=Level.LOW,
        entity="many",
        opened_at=now - DAY,
        last_at=now,
        since=now - DAY,
    )

    def finding(id_: str, rule: str, alert_id: str, at: int) -> Finding:
        hit = Hit(id=id_, rule=rule, title="t", level=Level.LOW, at=at, entity="address:10.10.0.7", since=at)
        return Finding(hit, alert_id, ("", ""), at + SECOND, is_proven=False)

    several = (
        finding("f1", GUARDED_ZONE_TRIED, "a1", now - MINUTE),
        finding("f2", "another", "a1", now - MINUTE),
        finding("f3", GUARDED_ZONE_TRIED, "", now - MINUTE),
        finding("f4", GUARDED_ZONE_TRIED, "a1", now - 40 * DAY),
    )
    await house.limen.core.write(lambda to: keep_alert(to.connection, alert))
    await house.limen.core.write(lambda to: findings.add(to.connection, several))
    found = await read(house, sources)
    begun = now - MINUTE
    assert found.alerts == (CrossingAlert("f1", "t", "address:10.10.0.7", "c1", begun, begun + SECOND),)


async def test_a_company_that_does_not_watch_has_no_alerts(house: House, sources: Sources) -> None:
    assert sources.company is not None
    parts = {**sources.company.parts, MONITOR: MonitorRules(watch=False)}
    found = await read(house, replace(sources, company=replace(sources.company, parts=parts)))
    assert found.alerts is None


def test_the_rule_is_a_detection_of_the_house() -> None:
    folder = Path(detections.__file__).parent / "rules"
    ids = (line for rule in folder.rglob("*.yml") for line in rule.read_text().splitlines())
    assert f"id: {GUARDED_ZONE_TRIED}" in ids


async def test_harbor_s_controls_are_measured_whole(house: House, sources: Sources, follow: Follow) -> None:
    await follow()
    found = await read(house, sources)
    of = Evidence(at=house.clock.now(), company=sources.company, network=found)
    measured = {one.id: one.measured(of) for one in CONTROLS}
    proved = measured["N4"].parts[0]
    assert (proved.numerator, proved.denominator, proved.share) == (8, 8, 1.0)
    assert measured["N2"].parts[0].numerator > 0
    assert not measured["N8"].is_met


async def test_nothing_in_force_is_nothing_known(house: House, sources: Sources) -> None:
    nothing = await read(house, replace(sources, company=None))
    assert nothing == NetworkEvidence(today=TODAY, clouds=())
