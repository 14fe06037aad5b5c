"""Impossible travel: one person at two places, with less time between them than a flight takes.

What is only far is not found: sign-ins through ways out that many share tell no place, those from one network or known
device need no journey, and how far off both places may be is taken off. Two healthy devices of the company's at both
ends, or a journey that somebody announced, explain it. Alone it makes points and no alert, since databases of addresses
err; with something that is new of the person (country, network, device), with a password alone, or after failed
attempts it is an alert.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Container, Mapping
from hashlib import sha256
from typing import Final

import msgspec

from limen.clock import DAY, HOUR, Instant
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.remembered_people import RememberedPeople, put_newest
from limen.monitor.detections.rule import About
from limen.monitor.detections.travel.arrival import (
    FAILURE,
    NO,
    Arrival,
    arrival,
    is_same_network,
    is_sign_in,
    is_use_of_session,
)
from limen.monitor.detections.travel.distances import BETWEEN_CLOCKS, Travel, travel
from limen.monitor.detections.travel.expected import ExpectedTravel, is_expected
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.places import Places

ABOUT: Final = About(
    id="5d0b6a6e-5f3b-4c3c-9a55-0d0a1c6f7b21",
    name="limen-impossible-travel",
    title="Signed in from two places too far apart",
    level=Level.HIGH,
    tags=("attack.initial-access", "attack.t1078"),
    author="Limen",
    description="Two successful sign-ins of one person with less time between them than a flight takes.",
    false_positives=("An address that the database places wrongly", "A VPN or mobile carrier that is not named"),
    entity="person",
    sentence="{who} signed in from {from}, and {hours} hours later from {to}, {km} km away: that takes {kmh} km/h.",
    sentence_de="Anmeldung von {who} aus {from}, und {hours} Stunden später aus {to}, {km} km entfernt: {kmh} km/h.",
    next_step="Ask them whether both were them. If not, end their sessions and have them create a new passkey.",
    next_step_de="Fragen Sie nach, ob beides diese Person war. Wenn nicht, beenden Sie ihre Sitzungen, und lassen Sie"
    " sie einen neuen Passkey erstellen.",
    explained_by_passkey=True,
    response="step-up",
)
WITHIN: Final = DAY
"""Within a day everybody can be everywhere."""
LEARNING: Final = 7 * DAY
"""Until somebody has been known for so long, networks and devices are new without meaning anything; countries do."""
BURST: Final = 5
BURST_WITHIN: Final = HOUR
MOST_SESSIONS: Final = 50_000
MOST_ARRIVALS: Final = 8
MOST_SEEN: Final = 60
MOST_TOLD: Final = 16
_WORTH: Final = {"country": 15, "network": 10, "device": 10, "no_mfa": 10, "failures": 15}
"""What each sign adds to the confidence."""


class TravelKnown(msgspec.Struct, frozen=True):
    """What the company knows of its people and devices. `healthy`: its own devices that are, lately; `sessions`: which
    of those a session of Limen's is bound to, by its id.
    """

    travels: tuple[ExpectedTravel, ...] = ()
    healthy: frozenset[str] = frozenset()
    sessions: Mapping[str, str] = {}


class _Person(msgspec.Struct):
    """`arrivals` in the order in which they happened; `seen`: since when, and when last, by what it is."""

    arrivals: list[Arrival] = []
    seen: dict[str, tuple[Instant, Instant]] = {}
    failures: list[Instant] = []
    told: dict[str, Instant] = {}


class _Memory(msgspec.Struct):
    people: dict[str, _Person] = {}
    sessions: dict[str, str] = {}


class TravelDetector:
    """A `Detector`. `known` may be replaced at any time."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._remembered = RememberedPeople(_Memory, _Person)
        self.known = TravelKnown()

    def feed(self, event: NormalEvent) -> list[Hit]:
        """The hits that this event completes: it happened too soon after, or before, one that is far away."""
        if self._remembered.is_gone(event.person_id):
            return []
        if is_sign_in(event):
            person = self._remembered.of(event.person_id)
            if event.status_id == FAILURE:
                person.failures = [*person.failures[-2 * BURST :], event.at]
                return []
            if event.session:
                self._note_session(event)
        elif not (is_use_of_session(event) and self._note_session(event)):
            return []
        return self._arrived(event, self._remembered.of(event.person_id))

    def snapshot(self) -> bytes:
        return self._remembered.snapshot()

    def restore(self, snapshot: bytes) -> None:
        self._remembered.restore(snapshot)

    def limit_to(self, people: Container[str]) -> None:
        """Forget whoever is none of these, for good: they were erased."""
        self._remembered.limit_to(people)

    # Inside

    def _note_session(self, event: NormalEvent) -> bool:
        """Remember from where a session is used; whether that is elsewhere than the last time."""
        sessions = self._remembered.memory.sessions
        if sessions.get(event.session) == event.src_ip:
            return False
        put_newest(sessions, event.session, event.src_ip, MOST_SESSIONS)
        return True

    def _arrived(self, event: NormalEvent, person: _Person) -> list[Hit]:
        found = self._places.find(event.src_ip)
        here = None if found.tells_nothing else arrival(event, found)
        if here is None:
            return []
        new = _new(person, here)
        hits, is_doubted = [], False
        for there in self._neighbours(person, here):
            is_doubted |= there.is_doubted and is_same_network(there, here)
            journey = self._journey(event.person_id, there, here)
            if journey is None:
                continue
            signs = _signs(person, there, here, new)
            is_doubted |= bool(new)
            if _is_untold(person, there, here, is_alert=bool(signs)):
                hits.append(_hit(event, there, here, journey, signs))
        _remember(person, msgspec.structs.replace(here, is_doubted=is_doubted))
        return hits

    def _neighbours(self, person: _Person, here: Arrival) -> list[Arrival]:
        """Where they were before and after: events come late, and from several sources."""
        if any(one.uid == here.uid for one in person.arrivals):
            return []
        before = [one for one in person.arrivals if one.at <= here.at][-1:]
        after = [one for one in person.arrivals if one.at > here.at][:1]
        return [one for one in (*before, *after) if abs(one.at - here.at) < WITHIN]

    def _journey(self, person_id: str, there: Arrival, here: Arrival) -> Travel | None:
        """An impossible journey between the two that nothing explains."""
        if is_same_network(there, here):
            return None
        took = abs(here.at - there.at) + (BETWEEN_CLOCKS if here.source != there.source else 0)
        journey = travel(there.point, here.point, took)
        if journey is None or not journey.is_impossible:
            return None
        if self._is_on_healthy_device(there) and self._is_on_healthy_device(here):
            return None
        if any(is_expected(self.known.travels, person_id, one.point.country, one.at) for one in (there, here)):
            return None
        return journey

    def _is_on_healthy_device(self, arrival: Arrival) -> bool:
        """Whether it was a device of the company's that is healthy; a session may have been bound to it since."""
        device = arrival.device or self.known.sessions.get(arrival.session, "")
        return device in self.known.healthy


def _signs(person: _Person, there: Arrival, here: Arrival, new: set[str]) -> list[str]:
    """What makes it worse, in the order of the table."""
    later = max(there, here, key=lambda one: one.at)
    signs = set(new)
    if NO in (there.mfa, here.mfa):
        signs.add("no_mfa")
    if sum(later.at - BURST_WITHIN <= at <= later.at for at in person.failures) >= BURST:
        signs.add("failures")
    return [sign for sign in _WORTH if sign in signs]


def _hit(event: NormalEvent, there: Arrival, here: Arrival, journey: Travel, signs: list[str]) -> Hit:
    first, last = sorted((there, here), key=lambda one: (one.at, one.uid))
    says: dict[str, str | int] = {
        "from": first.point.name,
        "to": last.point.name,
        "from_address": first.address,
        "to_address": last.address,
        "km": journey.km,
        "certain_km": journey.certain_km,
        "minutes": abs(here.at - there.at) // 60_000,
        "hours": f"{abs(here.at - there.at) / HOUR:.1f}",
        "kmh": journey.kmh,
        "signs": ", ".join(signs),
    }
    return ABOUT.hit(
        sha256(f"{ABOUT.id} {first.uid} {last.uid}".encode()).hexdigest()[:32],
        last.at,
        f"person:{event.person_id}",
        says,
        since=first.at,
        level=Level.HIGH if signs else Level.LOW,
        confidence=min(95, (50 if signs else 30) + sum(_WORTH[sign] for sign in signs)),
        person_id=event.person_id,
        device_id=event.device_id,
        session=event.session,
        events=(first.uid, last.uid),
        count=2,
        sources=tuple(dict.fromkeys((first.source, last.source))),
        response=ABOUT.response if signs else "",
    )


def _new(person: _Person, here: Arrival) -> set[str]:
    """What of this arrival was never seen of them; networks and devices only of whom is known for a while."""
    if not person.seen:
        return set()
    learned = here.at - min(first for first, _ in person.seen.values()) >= LEARNING
    kinds = ("country", "network", "device") if learned else ("country",)
    return {kind for kind in kinds if (name := _names(here).get(kind)) and name not in person.seen}


def _names(here: Arrival) -> dict[str, str]:
    device = f"d {here.device}" if here.device else f"b {here.browser}" if here.browser else ""
    return {
        "country": f"c {here.point.country}",
        "network": f"o {here.owner}" if here.owner else "",
        "device": device,
    }


def _is_untold(person: _Person, there: Arrival, here: Arrival, *, is_alert: bool) -> bool:
    """Whether this pair of places was not told within a day, or only as points; from now on it is."""
    pair = " / ".join(sorted((there.point.name, here.point.name)))
    as_points, as_alert = f"{pair} / points", f"{pair} / alert"
    for told in (as_alert,) if is_alert else (as_alert, as_points):
        if abs(here.at - person.told.get(told, -WITHIN)) < WITHIN:
            return False
    told = as_alert if is_alert else as_points
    put_newest(person.told, told, here.at, MOST_TOLD)
    return True


def _remember(person: _Person, here: Arrival) -> None:
    """Whoever may have been somebody else makes nothing known of the person: else a thief would by being caught."""
    for name in filter(None, () if here.is_doubted else _names(here).values()):
        first, last = person.seen.pop(name, (here.at, here.at))
        person.seen[name] = (min(first, here.at), max(last, here.at))
    while len(person.seen) > MOST_SEEN:
        del person.seen[next(iter(person.seen))]
    if all(one.uid != here.uid for one in person.arrivals):
        insort(person.arrivals, here, key=lambda one: one.at)
        del person.arrivals[:-MOST_ARRIVALS]
