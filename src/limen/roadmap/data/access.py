"""What the controls of access have in common: who holds any, what they are called, and what counts as sensitive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.access.standing.privilege import PRIVILEGED
from limen.facts import LIMEN, Label, Person
from limen.identity.model import PersonStatus
from limen.roadmap.data.evidence import AccessEvidence
from limen.roadmap.evidence import Evidence

NOTHING_PUBLISHED: Final = "Publish a company first: who may do what is worked out from its policies."
ANYBODY: Final = "Anybody, without signing in"


def holders(evidence: Evidence, access: AccessEvidence) -> Iterator[Person]:
    """Everybody who can ask for anything now, and every service."""
    yield from (one.person for one in evidence.members if one.status is PersonStatus.ACTIVE)
    yield from (one for one in access.workloads if one.active)


def names(evidence: Evidence, access: AccessEvidence) -> dict[str, str]:
    """What everybody is called who was ever known, and "" for who has not signed in."""
    everybody = (*(one.person for one in evidence.members), *access.workloads)
    return {"": ANYBODY, **{one.id: one.name for one in everybody}}


def is_sensitive(evidence: Evidence, app: str, actions: tuple[str, ...]) -> bool:
    """Whether it is administration, or reaches what is restricted. An app that is not known counts as restricted."""
    known = evidence.apps.get(app)
    return app == LIMEN or known is None or known.label >= Label.RESTRICTED or not set(actions).isdisjoint(PRIVILEGED)
