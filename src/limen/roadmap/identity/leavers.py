"""I10: whoever leaves loses all access within minutes, everywhere, and that is proved each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, MINUTE, SECOND, Instant, Milliseconds
from limen.company.unique_identities.reading import Held
from limen.identity.departures.departures import Report
from limen.identity.departures.model import Closed, Why
from limen.identity.model import PersonStatus
from limen.probes.catalogue import LEAVER
from limen.probes.leaver import WAYS
from limen.probes.model import Outcome, Try
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.known_accounts import lists_missing
from limen.roadmap.identity.rows import of_person
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.probed import PAGE as PROBES, UNREAD, fresh, tries_of, why_not

WITHIN: Final[Milliseconds] = 5 * MINUTE
MOST: Final = 0.95
WINDOW: Final[Milliseconds] = 90 * DAY
DRILL: Final[Milliseconds] = 30 * DAY
AT_ONCE: Final[Milliseconds] = SECOND
_NOT_RUN: Final = "The probe of somebody who leaves has not run within 30 days: run it on the page Probes"
_PAGE: Final = "/console/departures"


def measure(evidence: Evidence) -> Iterator[Part]:
    now, departures, held = evidence.at, evidence.identity.departures, evidence.identity.held
    missing = "The departures could not be read from the database"
    leavers = [one for one in departures or () if _counts(one, now)]
    names = {one.person.id: one.person.name for one in evidence.members}
    yield Part(
        "departures after which every access had ended within 5 minutes",
        tuple(_row(one, names.get(one.departure.person, "")) for one in leavers),
        at_least=MOST,
        missing=missing if departures is None else "" if leavers else "Let a test account leave: nobody has left yet",
    )
    yield Part(
        "people who have access, and have not left by the word of their source",
        () if held is None else tuple(_still_here(held)),
        grade=Grade.IMPORTED,
        missing=lists_missing(evidence),
    )
    proved = [one for one in leavers if not _why(one) and now - one.departure.at <= DRILL]
    run = fresh(evidence, LEAVER, DRILL)
    is_rehearsed = run is not None and run.outcome is Outcome.HELD
    why = "" if proved or is_rehearsed else "nobody left within 30 days, in earnest or as a drill"
    yield Part(
        "a proved departure within 30 days, or one of a person who does not exist",
        (Row("drill", "newest proved departure", not why, why, _PAGE),),
        missing=missing if departures is None else "",
    )
    yield Part(
        "what a person who does not exist still opened after leaving, tried within 30 days: nothing after a second",
        tuple(_tried(name, tries_of(run).get(name)) for name in sorted({*WAYS, *tries_of(run)})),
        grade=Grade.PROBED,
        missing=UNREAD if evidence.probes is None else "" if run is not None else _NOT_RUN,
    )


def _tried(name: str, one: Try | None) -> Row:
    """What can be tried has a time; of the other surfaces it was asked what is left."""
    why = why_not(one, untried="it was not tried", within=AT_ONCE if name in WAYS else -1)
    return Row(f"probe:{name}", name.replace("_", " "), not why, why, PROBES)


def _counts(one: Report, now: Instant) -> bool:
    """Departures that are over, or should be. Of two that follow each other the newer counts."""
    departure, age = one.departure, now - one.departure.at
    is_leaving = departure.why is not Why.MOVED and departure.closed != Closed.AGAIN
    came_back = departure.closed == Closed.RETURNED and departure.closed_at - departure.at <= WITHIN
    return is_leaving and not came_back and age <= WINDOW and (bool(departure.closed_at) or age > WITHIN)


def _row(one: Report, name: str) -> Row:
    why, id_ = _why(one), one.departure.id
    return Row(id_, name or "somebody who was erased", not why, why, f"{_PAGE}/{id_}", is_personal=True)


def _why(one: Report) -> str:
    if not one.surfaces:
        return "nothing was asked whether access has ended there"
    if left := sorted({each.name for each in one.surfaces if not each.proved_at}):
        return f"not proved: {', '.join(name.replace('_', ' ') for name in left)}"
    took = max(each.proved_at for each in one.surfaces) - one.departure.at
    return "" if took <= WITHIN else f"took {took // MINUTE} minutes"


def _still_here(held: Held) -> Iterator[Row]:
    """What sources say of whoever is active here: a leaver who was not taken in is found by it."""
    for member in held.members:
        if member.status is PersonStatus.ACTIVE:
            records = held.sources.get(member.person.id, [])
            has_left = bool(records) and not any(one.is_there and one.said.is_active for one in records)
            yield of_person(member.person, f"left by the word of {records[0].source}" if has_left else "")


CONTROL: Final = Control(
    id="I10",
    phase=Phase.IDENTITY,
    title="Leavers lose all access",
    demands="Whoever leaves loses sessions, tokens, VPN, SSH and accounts at apps within five minutes.",
    figure="departures of the last 90 days with every end of access proved within 5 minutes, one of them lately",
    closes="It is 95 % of them, nobody is left over, and a probe that left lately opened nothing after a second.",
    why="A session or an account that stays open is used by whoever left angry, or by who took over their laptop.",
    how="Run the probe of somebody who leaves, and see on the page of departures what could not prove its end.",
    page=_PAGE,
    minutes=30,
    weight=5,
    measure=measure,
)
