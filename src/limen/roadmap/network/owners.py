"""Whether somebody answers for a flow: its owner is a group that has active members, or an active person. Pure."""

from __future__ import annotations

from limen.identity.model import PersonStatus
from limen.roadmap.evidence import Evidence


def owners(evidence: Evidence) -> frozenset[str]:
    """All that may own something, as network.yaml writes it: ids of groups, and email addresses in lower case."""
    active = [one.person for one in evidence.members if one.status is PersonStatus.ACTIVE]
    groups = {group for person in active for group in person.groups}
    return frozenset(groups | {person.email.casefold() for person in active if person.email})


def is_owned(owner: str, by: frozenset[str]) -> bool:
    return bool(owner) and (owner.casefold() if "@" in owner else owner) in by
