"""Reads the evidence of this phase from the database, the journal and the company in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from limen.clock import DAY, SECOND, Instant
from limen.company.company import Company
from limen.identity.store import sessions
from limen.monitor.alerts import findings
from limen.monitor.alerts.store import recent_alerts
from limen.monitor.monitor_file import FILE as MONITOR
from limen.monitor.monitor_rules import MonitorRules
from limen.network.clouds import store as read_clouds
from limen.network.compiling import compiled
from limen.network.learning import store as learned
from limen.network.learning.counting import Contact, Tally
from limen.network.learning.lately import Lately, lately
from limen.network.limited import TooMuchError, proved
from limen.network.model import FILE, Network
from limen.network.packets.regions import Regions
from limen.network.probes.model import Result
from limen.network.probes.records import KIND as PROBED, results_of
from limen.network.proved import Proved
from limen.network.stated import NetworkFile
from limen.roadmap.lasting import lasting
from limen.roadmap.network.evidence import CrossingAlert, NetworkEvidence
from limen.roadmap.network.reading_doors import doors_ended, silences
from limen.roadmap.network.reading_firewalls import firewall_states
from limen.roadmap.network.reading_footholds import footholds
from limen.roadmap.sources import Sources
from limen.storage import Snapshot

MOST_ALERTS: Final = 20_000
GUARDED_ZONE_TRIED: Final = "7a1b2f04-9a3e-5f1c-b2f8-3f2f7d3d9c63"
"""The built-in detection of tries to reach guarded zones: an alert of another says nothing of them."""
SEEN_FOR: Final = 60 * DAY
ALERTS_FOR: Final = 31 * DAY


def network_evidence(sources: Sources, breathe: Callable[[], object]) -> NetworkEvidence:
    company, now = sources.company, sources.now
    file = company.parts.get(FILE) if company is not None else None
    today = datetime.fromtimestamp(now / SECOND, sources.settings.zone).date().isoformat()
    clouds = tuple(sources.database.read(lambda snapshot: read_clouds.readings(snapshot.connection)))
    if company is None or not isinstance(file, NetworkFile) or not file.network.zones:
        return NetworkEvidence(today=today, clouds=clouds)
    network = file.network
    breathe()
    whole = lasting(company, "network", today, now, lambda: _proved(network, today))
    breathe()
    regions = (
        None if whole is None else lasting(company, "regions", today, now, lambda: Regions(compiled(network, today)))
    )
    seen = sources.database.read(lambda snapshot: learned.since(snapshot.connection, now - SEEN_FOR))
    breathe()
    alerts, alerts_since = _alerts(sources, company)
    breathe()
    return NetworkEvidence(
        today=today,
        network=network,
        without=file.without,
        proved=whole,
        firewalls=firewall_states(sources, network, today, breathe),
        probed=_probed(sources),
        seen=seen or None,
        signed_in_from=sources.database.read(lambda snapshot: _addresses(snapshot, now)),
        lately=_lately(network, regions, seen),
        alerts=alerts,
        alerts_since=alerts_since,
        clouds=clouds,
        doors=doors_ended(sources.reader, now),
        silences=silences(sources.reader, now),
        footholds=None if regions is None else footholds(sources, company, network, today, regions, breathe),
    )


def _proved(network: Network, today: str) -> Proved | None:
    with suppress(TooMuchError):
        return proved(network, today)
    return None


def _lately(network: Network, regions: Regions | None, seen: Mapping[Contact, Tally]) -> Lately | None:
    return None if regions is None or not seen else lately(network, regions, seen)


def _probed(sources: Sources) -> tuple[Result, ...]:
    """Of each canary the newest round."""
    newest: dict[str, tuple[Instant, tuple[Result, ...]]] = {}
    for event in sources.reader.of_kind(PROBED, sources.now - DAY):
        name = str(event.details.get("firewall", ""))
        if event.at >= newest.get(name, (0, ()))[0]:
            newest[name] = event.at, tuple(results_of(event))
    return tuple(one for _, results in newest.values() for one in results)


def _addresses(snapshot: Snapshot, now: Instant) -> frozenset[str]:
    return frozenset(one.address for _, one, _ in sessions.all_good(snapshot.connection, now)) - {""}


def _alerts(sources: Sources, company: Company) -> tuple[tuple[CrossingAlert, ...] | None, Instant]:
    """Those since an instant, all of them; None where Limen does not watch. Each finding is one: an alert folds many,
    also of machines that it does not name. What was suppressed has raised none.
    """
    rules: Any = company.parts.get(MONITOR)
    if isinstance(rules, MonitorRules) and not rules.watch:
        return None, 0
    since = sources.now - ALERTS_FOR
    found, cases = sources.database.read(lambda snapshot: _found(snapshot, since))
    if len(found) == MOST_ALERTS:
        since = max(since, found[-1].hit.at)
    return tuple(_alert(one, cases.get(one.alert_id, "")) for one in found if one.alert_id), since


def _found(snapshot: Snapshot, since: Instant) -> tuple[list[findings.Finding], dict[str, str]]:
    """What was found, and the case of each alert."""
    found = findings.of_rule(snapshot.connection, GUARDED_ZONE_TRIED, since, MOST_ALERTS)
    return found, {one.id: one.case_id for one in recent_alerts(snapshot.connection, MOST_ALERTS)}


def _alert(one: findings.Finding, case_id: str) -> CrossingAlert:
    hit = one.hit
    return CrossingAlert(hit.id, hit.title, hit.entity, case_id, hit.since or hit.at, one.taken_at)
