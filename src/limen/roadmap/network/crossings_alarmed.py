"""N7: whoever tries to cross into a zone that is guarded raises an alert, within a minute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from limen.clock import DAY, MINUTE
from limen.network.learning.counting import Contact, Tally
from limen.network.model import INTERNET, Network
from limen.network.packets import address_of
from limen.network.packets.box import TCP, UDP
from limen.network.zones_by_address import ZonesByAddress
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.network.evidence import CrossingAlert
from limen.roadmap.network.probes_agree import NO_CANARY, fresh
from limen.roadmap.network.rules_in_force import NO_NETWORK

FROM: Final = frozenset({"workstation", "iot", "guest", "vpn", "dmz"})
TO: Final = frozenset({"backup", "domain", "management"})
"""As the built-in detection of tries to reach guarded zones has them."""
SINCE: Final = 30 * DAY
SLACK: Final = 5 * MINUTE
"""By which clocks of firewalls may differ, and what is on its way."""
SOON: Final = MINUTE
P95: Final = 0.95
_PAGE: Final = "/console/alerts"
_NOT_WATCHED: Final = "Limen does not watch: turn it on in monitor.yaml (`watch: true`)"
_NOT_TRIED: Final = (
    "nothing tried to cross within 30 days, and connections of canaries raise no alert by design: try once from a "
    "workstation to reach a backup server"
)


def measure(evidence: Evidence) -> Iterator[Part]:
    known = evidence.network
    network = known.network or Network(())
    missing = NO_NETWORK if known.network is None else ""
    has_canary = any(one.probes and one.host for one in network.firewalls)
    denied = [one for one in fresh(evidence) if not one.probe.must_pass]
    yield Part(
        "forbidden connections of canaries that a firewall denied, and told Limen of",
        tuple(
            Row(
                f"{one.canary}>{one.probe.destination}:{one.probe.port}",
                one.probe.needs,
                bool(one.denied_by) and one.outcome != "through",
                "" if one.denied_by and one.outcome != "through" else "no firewall told that it denied it",
                f"/console/network/matrix/{one.probe.from_zone}/{one.probe.to_zone}",
            )
            for one in denied
        ),
        grade=Grade.PROBED,
        missing=missing or ("" if has_canary and denied else NO_CANARY),
    )
    crossings = _crossings(evidence, network)
    no_alerts = missing or (_NOT_WATCHED if known.alerts is None else "" if crossings else _NOT_TRIED)
    raised = {key: _alerts_about(evidence, key[0], its) for key, its in crossings.items()}
    yield Part(
        "machines that tried to reach a guarded zone, by day, and raised an alert",
        tuple(_of_machine(address, day, bool(found)) for (address, day), found in raised.items()),
        grade=Grade.MEASURED,
        missing=no_alerts,
    )
    yield Part(
        "of these alerts those that were there within a minute",
        tuple(_of_alert(one) for one in {one.id: one for found in raised.values() for one in found}.values()),
        at_least=P95,
        grade=Grade.MEASURED,
        missing=no_alerts,
    )


def _crossings(evidence: Evidence, network: Network) -> dict[tuple[str, int], list[Tally]]:
    """By address and day what was refused of it on the way to a guarded zone, as firewalls counted it themselves."""
    places, kinds = ZonesByAddress(network), {one.name: one.kind for one in network.zones}
    first = max(evidence.at - SINCE, evidence.network.alerts_since) // DAY
    found: dict[tuple[str, int], list[Tally]] = {}
    for contact, tally in sorted((evidence.network.seen or {}).items()):
        if (
            tally.refused
            and contact.day > first
            and contact.protocol in {TCP, UDP}
            and _is_guarded(places, kinds, contact)
        ):
            found.setdefault((str(address_of(contact.family, contact.source)), contact.day), []).append(tally)
    return found


def _is_guarded(places: ZonesByAddress, kinds: dict[str, str], contact: Contact) -> bool:
    source = places.zone_at(contact.family, contact.source)
    destination = places.zone_at(contact.family, contact.destination)
    return kinds.get(source, INTERNET) in FROM and kinds.get(destination, INTERNET) in TO


def _alerts_about(evidence: Evidence, address: str, refused: Sequence[Tally]) -> list[CrossingAlert]:
    """Alerts of this machine's tries that rest on something of the time in which it was refused."""
    begin, end = min(one.first_at for one in refused) - SLACK, max(one.last_at for one in refused) + SLACK
    return [
        one for one in evidence.network.alerts or () if one.entity == f"address:{address}" and begin <= one.since <= end
    ]


def _of_machine(address: str, day: int, is_told: bool) -> Row:  # noqa: FBT001 -- one of a row's own fields
    why = "" if is_told else "it was refused, and no alert is about it"
    return Row(f"{address}@{day}", address, is_told, why, _PAGE, is_personal=True)


def _of_alert(one: CrossingAlert) -> Row:
    late = one.raised_at - one.since
    why = "" if late <= SOON else f"it came {late // 1_000} seconds after the first packet"
    return Row(f"alert:{one.id}", one.title, not why, why, _page_of(one), is_personal=True)


def _page_of(one: CrossingAlert) -> str:
    return f"/console/cases/{one.case_id}" if one.case_id else _PAGE


CONTROL: Final = Control(
    id="N7",
    phase=Phase.NETWORK,
    title="Crossings raise an alarm",
    demands="Whoever tries to cross into a guarded zone raises a named alert within a minute.",
    figure="machines refused on the way to backups, domain controllers or management that raised an alert",
    closes="It is all of them, 95 % within a minute, and firewalls tell of every forbidden connection of a canary.",
    why="Lateral movement that nobody hears of goes on until it finds a way.",
    how="Have firewalls follow Limen, keep the built-in network detections on, and try one forbidden connection.",
    page=_PAGE,
    minutes=45,
    weight=3,
    measure=measure,
)
