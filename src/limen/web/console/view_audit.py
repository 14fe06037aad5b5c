"""Looking at what others did is itself an event: who looked, at whom, and on which page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.clock import MINUTE, Milliseconds
from limen.events import Event
from limen.facts import Session
from limen.web.expiring import ExpiringValues
from limen.web.site import Site
from limen.web.visit import SignedInVisit, Visit

FOLDED: Final[Milliseconds] = 10 * MINUTE
"""Whoever looks around on one page is journaled once in so long: turning pages would else fill the journal."""
MOST_LOOKS: Final = 10_000


def audit_person_view(site: Site, visit: SignedInVisit, person_id: str, page: str) -> None:
    """Journal that this visitor was shown a colleague's events; their own are nobody's secret to them."""
    if not person_id or person_id == visit.person.id:
        return
    record_view(site, visit, visit.session, visit.action, {"page": page}, person_id)


def audit_events_view(site: Site, visit: SignedInVisit, page: str, person_id: str, app_id: str) -> None:
    """Journal that this visitor was shown the events of one person, or else everybody's."""
    if person_id:
        audit_person_view(site, visit, person_id, page)
    else:
        audit_view(site, visit, page, app_id)


def audit_view(site: Site, visit: SignedInVisit, page: str, app_id: str = "") -> None:
    """Journal that this visitor was shown everybody's events on this page, or all of an app. It has no subject."""
    app_id = app_id if app_id in site.known.apps else ""
    look = (visit.person.id, page, app_id)
    looks = site.shared(_looks)
    if looks.get(look, visit.now):
        return
    looks.put(look, True, visit.now)
    record_view(site, visit, visit.session, visit.action, {"page": page, **({"app": app_id} if app_id else {})})


def _looks(_site: Site) -> ExpiringValues[tuple[str, str, str], bool]:
    """Who was journaled lately as looking around on which page, and at which app."""
    return ExpiringValues(FOLDED, MOST_LOOKS)


def record_view(
    site: Site, visit: Visit, session: Session, action: str, details: Mapping[str, str], person_id: str = ""
) -> None:
    """Journal a look at this person's events ("": at everybody's), by the action that permitted it."""
    site.ports.journal.record(
        Event(
            at=visit.now,
            kind="person.looked_at",
            actor=session.person_id,
            subject=person_id,
            session=session.id,
            address=visit.visitor.address[:64],
            details={**details, "as": action},
        )
    )
