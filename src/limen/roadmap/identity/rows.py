"""Rows that several controls of this phase have in common. Pure."""

from __future__ import annotations

from typing import Final

from limen.clock import DAY
from limen.facts import LIMEN, App, Person
from limen.identity.model import Member, PersonStatus
from limen.identity.past_sign_ins import WINDOW
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.imported import Imported
from limen.roadmap.identity.providers import declared_providers, no_log
from limen.roadmap.model import Row

TOO_SHORT: Final = "The journal does not reach back 30 days yet: keep it so long (journal_days in limen.toml), and wait"
UNREAD: Final = "The journal of sign-ins could not be read to its end: look at the journal with `limen doctor`"


def of_person(person: Person, why: str) -> Row:
    """`why` is what is missing of them, "" where nothing is."""
    return Row(person.id, person.name, not why, why, page_of(person.id), is_personal=True)


def page_of(person_id: str) -> str:
    return f"/console/people/{person_id}"


def of_app(app: App, why: str, id_: str = "") -> Row:
    """`id_` where it is not the app as a whole that is counted."""
    page = "/console/settings" if app.id == LIMEN else f"/console/apps/{app.id}"
    return Row(id_ or app.id, app.name, not why, why, page)


def active(evidence: Evidence) -> list[Member]:
    """Everybody who can sign in now."""
    return [one for one in evidence.members if one.status is PersonStatus.ACTIVE]


def unread(evidence: Evidence) -> str:
    """What is silent where the sign-ins are not all known, "" where they are."""
    past = evidence.identity.sign_ins
    if past is None or not past.is_whole:
        return UNREAD
    return TOO_SHORT if evidence.recorded_since > max(0, evidence.at - WINDOW + DAY) else ""


def imported_of(evidence: Evidence) -> tuple[Imported, ...]:
    """What each provider's log tells of sign-ins there; of those that are known and have none, that it is missing."""
    told = evidence.identity.imported
    silent = [one for one in declared_providers(evidence.company) if one not in {each.provider for each in told}]
    return (*told, *(Imported(one, missing=no_log(one)) for one in silent))
