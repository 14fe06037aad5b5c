"""I11: there are two ways in for an emergency, both were tried, and each use raises an alert at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.access.standing.listing import BREAK_GLASS
from limen.clock import DAY, SECOND, Instant, Milliseconds
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import GlassBroken
from limen.roadmap.identity.rows import active, of_person
from limen.roadmap.model import Control, Part, Phase, Row

TRIED: Final[Milliseconds] = 90 * DAY
ALERTED: Final[Milliseconds] = 60 * SECOND
FEWEST: Final = 2
_PAGE: Final = "/console/standing"
_ALERTS: Final = "/console/alerts"


def measure(evidence: Evidence) -> Iterator[Part]:
    glass, now = evidence.identity.glass, evidence.at
    missing = "The uses of break-glass could not be read from the journal to their end" if glass is None else ""
    uses = [one for one in glass or () if now - one.at <= TRIED]
    yield Part("ways in for an emergency that were used within 90 days", tuple(_ways(evidence, uses)), missing=missing)
    untried = "Open break-glass once with `limen break-glass`: an alert has to follow within a minute"
    yield Part(
        "uses of break-glass that raised an alert within a minute",
        tuple(_alerted(one) for one in uses),
        missing=missing or ("" if uses else untried),
    )


def _ways(evidence: Evidence, uses: list[GlassBroken]) -> Iterator[Row]:
    """One for each active person of the group for emergencies; there have to be two of them."""
    tried = {one.person_id for one in uses}
    people = [one.person for one in active(evidence) if BREAK_GLASS in one.person.groups]
    for person in people:
        yield of_person(person, "" if person.id in tried else "not tried within 90 days")
    for number in range(len(people), FEWEST):
        why = f"fewer than {FEWEST} people are in the group {BREAK_GLASS}"
        yield Row(f"way {number + 1}", "a further way in", is_met=False, why=why, page="/console/groups")


def _alerted(one: GlassBroken) -> Row:
    took: Instant = one.alerted_at - one.at
    why = "" if one.alerted_at and took <= ALERTED else f"after {took // SECOND} s" if one.alerted_at else "no alert"
    return Row(one.id, "use of break-glass", not why, why, _ALERTS)


CONTROL: Final = Control(
    id="I11",
    phase=Phase.IDENTITY,
    title="Emergency access works",
    demands="Two people can get in when policies lock everybody out, both have tried it, and each use raises an alert.",
    figure="people of the group break-glass who opened it within 90 days; uses with an alert within 60 seconds",
    closes="It is all of them, two at least, and every use.",
    why="An emergency is when it turns out that the envelope is empty; and an unnoticed use is a way in for attackers.",
    how="Put two accounts into the group break-glass, and rehearse `limen break-glass` with each of them.",
    page=_PAGE,
    minutes=30,
    weight=3,
    measure=measure,
)
