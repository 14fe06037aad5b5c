"""Looking at what somebody else did is itself an event: who looked, at whom, and in which room."""

from __future__ import annotations

from limen.events import Event
from limen.web.site import Resident, Site


def looked_at(site: Site, resident: Resident, person_id: str, room: str) -> None:
    """Journal that this visitor was shown a colleague's events; their own are nobody's secret to them."""
    if not person_id or person_id == resident.person.id:
        return
    site.ports.journal.record(
        Event(
            at=resident.now,
            kind="person.looked_at",
            actor=resident.person.id,
            subject=person_id,
            session=resident.session.id,
            address=resident.visitor.address[:64],
            details={"room": room, "as": resident.way},
        )
    )
