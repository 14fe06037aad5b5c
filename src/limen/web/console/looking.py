"""Looking at what others did is itself an event: who looked, at whom, and in which room."""

from __future__ import annotations

from typing import Final

from limen.clock import MINUTE, Milliseconds
from limen.events import Event
from limen.web.site import Resident, Site

FOLDED: Final[Milliseconds] = 10 * MINUTE
"""Whoever looks around in one room is journaled once in so long: turning pages would else fill the journal."""
MOST_LOOKS: Final = 10_000


def looked_at(site: Site, resident: Resident, person_id: str, room: str) -> None:
    """Journal that this visitor was shown a colleague's events; their own are nobody's secret to them."""
    if not person_id or person_id == resident.person.id:
        return
    _record(site, resident, person_id, room)


def looked_around(site: Site, resident: Resident, room: str, app_id: str = "") -> None:
    """Journal that this visitor was shown everybody's events in this room, or all of an app. It has no subject."""
    app_id = app_id if app_id in site.known.apps else ""
    look = (resident.person.id, room, app_id)
    last = site.looks.get(look)
    if last is not None and 0 <= resident.now - last < FOLDED:
        return
    if len(site.looks) >= MOST_LOOKS:
        recent = {one: at for one, at in site.looks.items() if resident.now - at < FOLDED}
        site.looks = recent if len(recent) < MOST_LOOKS else {}
    site.looks[look] = resident.now
    _record(site, resident, "", room, app_id)


def _record(site: Site, resident: Resident, person_id: str, room: str, app_id: str = "") -> None:
    site.ports.journal.record(
        Event(
            at=resident.now,
            kind="person.looked_at",
            actor=resident.person.id,
            subject=person_id,
            session=resident.session.id,
            address=resident.visitor.address[:64],
            details={"room": room, "as": resident.way, **({"app": app_id} if app_id else {})},
        )
    )
