"""P10: nobody is privileged all day, and whoever is for a while was approved by somebody else.

Left out is who runs Limen itself, which no grant can give, and accounts for emergencies, of which I11 tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.access.standing.listing import BREAK_GLASS
from limen.roadmap.data.access import NOTHING_PUBLISHED, holders, names
from limen.roadmap.data.elevated import ElevatedUse
from limen.roadmap.data.evidence import AccessEvidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Part, Phase, Row

_PAGE: Final = "/console/standing"
_GRANTS: Final = "/console/access"
_NO_USE: Final = (
    "Nothing privileged was done in 90 days: have somebody ask for a grant in access.yaml's way once, and use it."
)


def measure(evidence: Evidence) -> Iterator[Part]:
    access = evidence.data.access
    missing = NOTHING_PUBLISHED if access is None else ""
    yield Part(
        "people and services without standing privilege",
        () if access is None else tuple(_people(evidence, access)),
        missing=missing,
    )
    uses = () if access is None else tuple(_uses(evidence, access))
    yield Part(
        "privileged requests of 90 days under a grant with a reason, another's approval and an end",
        uses,
        missing=missing or ("" if uses else _NO_USE),
    )


def _people(evidence: Evidence, access: AccessEvidence) -> Iterator[Row]:
    """What was not ruled out counts as held. Anybody is a row as soon as anybody can."""
    by_person: dict[str, list[str]] = {}
    for row in access.standing.rows:
        for person in row.people:
            name = evidence.apps[row.app].name if row.app in evidence.apps else row.app
            by_person.setdefault(person, []).append(name)
    spare, called = _spare(evidence, access), names(evidence, access)
    ids = dict.fromkeys([*(one.id for one in holders(evidence, access)), *by_person])
    for person in ids:
        if person in spare:
            continue
        apps = sorted(set(by_person.get(person, ())))
        more = f" and {len(apps) - 3} more" if len(apps) > 3 else ""
        why = f"has it all day on {', '.join(apps[:3])}{more}" if apps else ""
        yield Row(person or "anybody", called.get(person, person), not why, why, _PAGE, is_personal=True)


def _uses(evidence: Evidence, access: AccessEvidence) -> Iterator[Row]:
    spare, called = _spare(evidence, access), names(evidence, access)
    for one in access.elevated:
        if one.actor in spare:
            continue
        app = evidence.apps[one.app].name if one.app in evidence.apps else one.app
        why = _why_not(access, one)
        name = f"{called.get(one.actor, one.actor)}: {app} ({one.action})"
        row_id = " ".join((one.actor or "anybody", one.app, one.action, *one.grants))
        yield Row(row_id, name, not why, why, _GRANTS if one.grants else _PAGE, one.count, is_personal=True)


def _why_not(access: AccessEvidence, use: ElevatedUse) -> str:
    """One grant with everything is enough."""
    if not use.grants:
        return "no grant for it was live"
    return min((_lacks(access, grant_id, use) for grant_id in use.grants), key=len)


def _lacks(access: AccessEvidence, grant_id: str, use: ElevatedUse) -> str:
    grant = access.grants.get(grant_id)
    if grant is None or grant.person_id != use.actor:
        return "the grant is not on record any more"
    if not set(grant.approvers) - {grant.person_id}:
        return "nobody else approved the grant"
    if not grant.since < grant.until:
        return "the grant has no end"
    return "" if access.reasons.get(grant.request_id, "").strip() else "no reason for the grant is on record"


def _spare(evidence: Evidence, access: AccessEvidence) -> frozenset[str]:
    return frozenset(one.id for one in holders(evidence, access) if BREAK_GLASS in one.groups)


CONTROL: Final = Control(
    id="P10",
    phase=Phase.DATA,
    title="No standing privilege",
    demands="Whoever administers an app or reaches restricted data has a grant for it that ends, approved by another.",
    figure="people and services that can do neither without a grant; privileged requests under such a grant",
    closes="It is all of them, accounts for emergencies and the administration of Limen apart.",
    why="A stolen account that is privileged all day is privileged at night, too.",
    how="Require a grant instead on the page of standing privilege, and let those ask who hold it today.",
    page=_PAGE,
    minutes=60,
    weight=5,
    measure=measure,
)
