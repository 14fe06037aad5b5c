"""What people opened that is confidential or restricted, by the device they did it from. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from limen.facts import LIMEN, Label
from limen.roadmap.devices.past_access import Access, Standing
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade, Part, Row

_FOR_EVERYBODY: Final = frozenset({"sign_in", "view"})
"""What of Limen itself everybody opens, also to enrol their device: nothing confidential is behind it."""
_MISSING: Final = "Publish a company first: what its people open is on record from then on."
_NOT_WHOLE: Final = "The journal of decisions was too long to be read to its end: seal it into more segments."


def opened(evidence: Evidence, name: str, why: Callable[[Standing], str]) -> Part:
    """The share of these requests of which `why` says nothing."""
    past = evidence.devices.past
    counted: Counter[tuple[str, str, str]] = Counter()
    for one in () if past is None else past.accesses:
        if _is_confidential(evidence, one):
            counted[one.actor, one.app, why(one.standing)] += one.count
    names = {one.person.id: one.person.name for one in evidence.members}
    rows = tuple(
        Row(
            f"{actor} {app} {said}".rstrip(),
            f"{names.get(actor, actor)}: {evidence.apps[app].name if app in evidence.apps else app}",
            not said,
            said,
            f"/console/people/{actor}" if actor in names else "",
            count,
            is_personal=True,
        )
        for (actor, app, said), count in sorted(counted.items())
    )
    silent = _MISSING if past is None else "" if past.is_whole else _NOT_WHOLE
    return Part(name, rows, grade=Grade.MEASURED, missing=silent)


def _is_confidential(evidence: Evidence, one: Access) -> bool:
    """By the label of then or of now, whichever is the higher. An app that is gone counts by what it was."""
    if one.app == LIMEN:
        return one.action not in _FOR_EVERYBODY
    app = evidence.apps.get(one.app)
    return max(one.label, app.label if app is not None else 0) >= Label.CONFIDENTIAL
