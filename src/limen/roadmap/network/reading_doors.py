"""Which temporary openings have ended, and when firewalls fell silent, as the journal says it."""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, Instant
from limen.events import Event
from limen.network.firewalls.unheard import SILENT
from limen.roadmap.network.evidence import EndedDoor
from limen.storage.journal import Reader

LOOKS_BACK: Final = 90 * DAY
OPENED: Final = "network.door_opened"
CLOSED: Final = "network.door_closed"
UNSOUND: Final = "network.firewall_unsound"


def doors_ended(reader: Reader, now: Instant) -> tuple[EndedDoor, ...]:
    """The oldest first. One that was opened anew by the same person from the same place ended when that happened."""
    closed = {str(one.details.get("opening", "")): one.at for one in reader.of_kind(CLOSED, now - LOOKS_BACK)}
    opened = sorted(reader.of_kind(OPENED, now - LOOKS_BACK), key=lambda one: one.at)
    found: list[EndedDoor] = []
    replaced: dict[tuple[str, str, str], Instant] = {}
    for event in reversed(opened):
        door_id, until = str(event.details.get("opening", "")), int(event.details.get("until", 0))
        again = replaced.get(_whose(event), 0)
        replaced[_whose(event)] = event.at
        ended = closed.get(door_id, 0) or (again if again and again <= until else 0)
        if ended or until <= now:
            found.append(EndedDoor(door_id, str(event.details.get("app", "")), event.at, until, ended))
    return tuple(reversed(found))


def _whose(event: Event) -> tuple[str, str, str]:
    return event.subject, str(event.details.get("app", "")), event.address


def silences(reader: Reader, now: Instant) -> tuple[tuple[str, Instant], ...]:
    """The firewall's name, and when it was noticed."""
    return tuple(
        (str(one.details.get("firewall", "")), one.at)
        for one in reader.of_kind(UNSOUND, now - LOOKS_BACK)
        if one.reason == SILENT
    )
