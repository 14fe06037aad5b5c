"""P8: somebody else looked at each way in which people have access, lately, and what they decided followed at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.access.reviews.model import Effect, ReviewRow, Verdict, Way
from limen.clock import DAY, Milliseconds
from limen.roadmap.data.access import NOTHING_PUBLISHED, is_sensitive, names
from limen.roadmap.data.evidence import AccessEvidence, HeldWay
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Part, Phase, Row

SENSITIVE: Final[Milliseconds] = 90 * DAY
OTHER: Final[Milliseconds] = 180 * DAY
_PAGE: Final = "/console/reviews"
_NO_REVIEW: Final = "Begin a review of access: none was decided in 180 days."
_UNREAD: Final = "Too many changes of people to look through: whether reviews were carried out is not known."
_Key = tuple[str, str, Way, str]


def measure(evidence: Evidence) -> Iterator[Part]:
    access = evidence.data.access
    missing = NOTHING_PUBLISHED if access is None else ""
    yield Part(
        "ways in which people have access that somebody else reviewed",
        () if access is None else tuple(_ways(evidence, access)),
        missing=missing,
    )
    decisions = () if access is None else tuple(_decisions(evidence, access))
    unread = _UNREAD if access is not None and access.not_done is None else ""
    yield Part(
        "decisions of reviews that were carried out within a day",
        decisions,
        missing=missing or unread or ("" if decisions else _NO_REVIEW),
    )


def _ways(evidence: Evidence, access: AccessEvidence) -> Iterator[Row]:
    called, reviewed = names(evidence, access), _newest(access)
    for one in access.ways:
        held = one.held
        why = _why_not(evidence, one, reviewed.get((one.person, one.app, held.way, held.by)))
        app = evidence.apps[one.app].name if one.app in evidence.apps else one.app
        name = f"{called.get(one.person, one.person)}: {app} by {held.way} {held.by}"
        row_id = f"{one.person} {one.app} {held.way} {held.by}"
        yield Row(row_id, name, not why, why, _PAGE, is_personal=True)


def _newest(access: AccessEvidence) -> Mapping[_Key, ReviewRow]:
    """Of each way the newest that a person decided about it: what a review ended with by itself, nobody looked at."""
    return {
        (one.person_id, one.app, one.way, one.by): one
        for one in access.decided
        if one.verdict.is_final and one.decided_by not in {"", one.person_id}
    }


def _why_not(evidence: Evidence, way: HeldWay, row: ReviewRow | None) -> str:
    """A grant was looked at by who approved it. What was taken away and is there again, nobody has looked at."""
    within = SENSITIVE if is_sensitive(evidence, way.app, way.held.actions) else OTHER
    since = evidence.at - within
    if way.given_at > since:
        return ""
    if row is None or row.decided_at <= since:
        return f"nobody reviewed it in {within // DAY} days"
    if row.effect is Effect.REMOVED:
        return "a review removed it, and it is there again"
    return "" if set(way.held.actions) <= set(row.actions) else "it is more now than what was reviewed"


def _decisions(evidence: Evidence, access: AccessEvidence) -> Iterator[Row]:
    """What is kept is carried out by that."""
    called, not_done = names(evidence, access), access.not_done or {}
    for one in access.decided:
        if one.verdict not in {Verdict.KEEP, Verdict.REMOVE, Verdict.NARROW} and one.effect is not Effect.BLOCKED:
            continue
        if one.effect is Effect.PROPOSED and one.id not in not_done and one.decided_at > evidence.at - DAY:
            continue
        why = not_done.get(one.id, "")
        app = evidence.apps[one.app].name if one.app in evidence.apps else one.app
        name = f"{called.get(one.person_id, one.person_id)}: {app} by {one.way} {one.by}"
        yield Row(one.id, name, not why, why, f"{_PAGE}/{one.review_id}", is_personal=True)


CONTROL: Final = Control(
    id="P8",
    phase=Phase.DATA,
    title="Access is reviewed",
    demands="Somebody else looks at what each person may do: twice a year, and each quarter where it is sensitive.",
    figure="ways in which people have access that a person decided about in 180 days, of administration and restricted"
    " data in 90; decisions of reviews that were carried out within a day",
    closes="It is all of them.",
    why="Access that nobody looks at only ever grows.",
    how="Name reviews in access.yaml that come by themselves each quarter, and decide their rows.",
    page=_PAGE,
    minutes=120,
    weight=4,
    measure=measure,
)
