"""Reads the evidence of this phase from the database, the journal and the company in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.devices.devices_file import FILE
from limen.devices.inventory.watching import known_in
from limen.devices.signals import hosts_store, store as signals
from limen.devices.sources import store as sources_of_devices
from limen.enforcement.ssh import store as ssh
from limen.facts.device_rules import DeviceRules
from limen.identity.model import Member, PersonStatus
from limen.roadmap.counted.reading import Counted
from limen.roadmap.devices.evidence import DeviceEvidence, Unmatched
from limen.roadmap.devices.reading_access import past_access
from limen.roadmap.sources import Sources
from limen.storage import Snapshot
from limen.storage.journal import Reader

WINDOW: Final[Milliseconds] = 30 * DAY
_UNMATCHED: Final = "device.signal_unmatched"


def device_evidence(
    sources: Sources, counted: Counted, members: Sequence[Member], breathe: Callable[[], object]
) -> DeviceEvidence:
    """All of it, as it is now. Raises StorageError."""
    rules = None
    if sources.company is not None:
        rules = sources.company.parts.get(FILE) or DeviceRules()
    active = {one.person.id: one.person for one in members if one.status is PersonStatus.ACTIVE}

    def held(snapshot: Snapshot) -> DeviceEvidence:
        return DeviceEvidence(
            rules=rules,
            known=known_in(snapshot, active),
            heard=_heard(snapshot),
            signals=tuple(signals.every(snapshot.connection)),
            servers={one.id: one.name for one in ssh.hosts(snapshot.connection)},
            sensor_hosts=tuple(hosts_store.hosts(snapshot.connection)),
        )

    company = sources.company
    breathe()
    found = sources.database.read(held)
    breathe()
    return DeviceEvidence(
        rules=found.rules,
        known=found.known,
        heard=found.heard,
        signals=found.signals,
        servers=found.servers,
        sensor_hosts=found.sensor_hosts,
        unmatched=_unmatched(sources.reader, sources.now - WINDOW),
        past=None if company is None else past_access(sources.reader, counted, company, sources.now, breathe),
    )


def _heard(snapshot: Snapshot) -> Mapping[str, Instant]:
    """Sources that send by themselves are heard with each record that they send."""
    heard = {one.name: one.heard_at for one in signals.sources(snapshot.connection)}
    for name, state in sources_of_devices.states(snapshot.connection).items():
        heard[name] = max(heard.get(name, 0), state.done_at)
    for one in sources_of_devices.all_records(snapshot.connection):
        heard[one.source] = max(heard.get(one.source, 0), one.taken_at)
    return heard


def _unmatched(reader: Reader, since: Instant) -> tuple[Unmatched, ...]:
    """Told again, it is the same one."""
    newest: dict[tuple[str, str], Unmatched] = {}
    for event in reader.of_kind(_UNMATCHED, since):
        one = Unmatched(str(event.details.get("source", "")), str(event.details.get("ref", "")), event.at)
        newest[one.source, one.ref] = one
    return tuple(newest.values())
