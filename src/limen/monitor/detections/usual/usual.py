"""What is not usual: counts, hours, and what somebody was never seen with.

A person is held against their own past; until that is two weeks long against those of their smallest group, with less
confidence; and against nothing where no group is known well enough. One strange day hardly moves what is usual.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from limen.clock import MINUTE, SECOND, Instant
from limen.facts import Label
from limen.monitor.detections.erased_people import ErasedPeople
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.rule import About
from limen.monitor.detections.travel.arrival import SUCCESS, is_sign_in
from limen.monitor.detections.usual.about import (
    BEFORE_LEAVING,
    COUNTS,
    FIRST_SEEN,
    HIDDEN,
    ODD_HOUR,
    TAKEN_BEFORE_LEAVING,
)
from limen.monitor.detections.usual.looking_back import leaving, look_back, note_told
from limen.monitor.detections.usual.measures import MEASURES, SIGHTS, Measure, Sight, label_of
from limen.monitor.detections.usual.peers import have_seen, peers_of, pooled
from limen.monitor.detections.usual.person import Person, most_common
from limen.monitor.detections.usual.unusual_counts import Usual, usual
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.places import Places
from limen.monitor.places.whereabouts import Whereabouts

MOST_PEOPLE: Final = 5_000
STEPS: Final = ((12.0, Level.HIGH), (6.0, Level.MEDIUM), (3.0, Level.LOW))
"""From which strangeness on a count is how bad."""
SENSITIVE_STEPS: Final = ((6.0, Level.HIGH), (3.0, Level.MEDIUM))
"""The same for what is worse by a level."""
WORSE: Final = {Level.LOW: Level.MEDIUM, Level.MEDIUM: Level.HIGH, Level.HIGH: Level.CRITICAL}
NEVER: Final = 1 << 60
QUARTER: Final = 15 * MINUTE
NO_QUARTER: Final = (-1, (0, 0))
OWN_CONFIDENCE: Final = 60
PEERS_CONFIDENCE: Final = 35


class UsualKnown(msgspec.Struct, frozen=True):
    """What the company says of its people and apps: groups, in which time zone days begin, and labels by app.

    `most_a_day`: so many counts of the level medium are told as such on a day; what is beyond counts as low,
    unless it is about sensitive data. `last_days`: of those who leave, by their id; they have a budget of their own, so
    that nobody uses it up for them.
    """

    groups: Mapping[str, Sequence[str]] = {}
    zone: str = "UTC"
    labels: Mapping[str, int] = {}
    most_a_day: int = 10
    last_days: Mapping[str, str] = {}


class _Memory(msgspec.Struct):
    """`since`: from which day on each measure is counted. `spent` of the budget on the day `budget_on`, `spent_leaving`
    of that of those who leave.
    """

    people: dict[str, Person] = {}
    since: dict[str, int] = {}
    budget_on: int = 0
    spent: int = 0
    spent_leaving: int = 0


class UsualDetector:
    """A `Detector`. `know` may be called at any time."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._memory = _Memory()
        self._erased = ErasedPeople()
        self._zone = ZoneInfo("UTC")
        self._quarter = NO_QUARTER
        self._limits: dict[tuple[str, str], tuple[int, int]] = {}
        self.know(UsualKnown())

    def know(self, known: UsualKnown) -> None:
        """From now on these are the groups. Raises KeyError where there is no such time zone."""
        self._zone, self._quarter = ZoneInfo(known.zone), NO_QUARTER
        self._groups = known.groups
        self._labels = {app: Label(label) for app, label in known.labels.items() if label in set(Label)}
        self._most_a_day = known.most_a_day
        self._last_days = known.last_days
        self._members: dict[str, list[str]] = {}
        for person_id, groups in known.groups.items():
            for group in groups:
                self._members.setdefault(group, []).append(person_id)
        self._limits.clear()

    def feed(self, event: NormalEvent) -> list[Hit]:
        """What is strange about this event, or about the day it completes; when somebody leaves, about weeks."""
        if change := leaving(event):
            return self._look_back(event, change)
        if not event.person_id or self._erased.is_gone(event.person_id):
            return []
        found = self._places.find(event.src_ip)
        label = label_of(event, self._labels)
        amounts = [(one, amount) for one in MEASURES if (amount := one.of(event, label))]
        sights = [(one, value) for one in SIGHTS if label >= one.least and (value := one.of(event, found))]
        signed_in = event.status_id == SUCCESS and is_sign_in(event)
        if not (amounts or sights or signed_in):
            return []
        day, hour = self._day_and_hour(event.at)
        if len(self._memory.since) < len(MEASURES):
            self._memory.since = {one.name: self._memory.since.get(one.name, day) for one in MEASURES}
        person = self._person(event.person_id)
        is_newest = not person.days or day >= person.days[-1]
        hits: list[Hit] = []
        if signed_in:
            hits += self._when(event, person, day, hour)
            hits += self._hidden(event, person, found, day)
        person.was_active(day, hour)
        for measure, amount in amounts:
            if measure.each is not None and not person.meets(measure.name, day, measure.each(event)):
                continue
            if measure.takes:
                person.takes(measure.name, day, event.uid)
            count = person.add(measure.name, day, amount)
            if is_newest and measure.is_told:
                hits += self._counted(event, person, measure, day, count)
        for sight, value in sights:
            hits += self._seen(event, person, sight, value, day)
        return hits

    def snapshot(self) -> bytes:
        return msgspec.msgpack.encode(self._kept())

    def _kept(self) -> _Memory:
        memory = self._memory
        people = self._erased.kept(memory.people)
        return _Memory(people, memory.since, memory.budget_on, memory.spent, memory.spent_leaving)

    def restore(self, snapshot: bytes) -> None:
        try:
            memory = msgspec.msgpack.decode(snapshot, type=_Memory)
        except msgspec.MsgspecError:
            raise ValueError("the snapshot can't be read") from None
        if any(len(one.hours) != len(Person().hours) for one in memory.people.values()):
            raise ValueError("the snapshot can't be read")
        self._memory = memory
        self._limits.clear()
        self._erased.limit_again(self._memory.people)

    def limit_to(self, people: Container[str]) -> None:
        """Forget whoever is none of these, for good: they were erased."""
        self._erased.limit(self._memory.people, people)

    # Inside

    def _day_and_hour(self, at: Instant) -> tuple[int, int]:
        """The day, as an ordinal, and the hour of the week. Zones change on quarters of an hour; most events are of
        the same one as the event before.
        """
        quarter = at // QUARTER
        if self._quarter[0] != quarter:
            local = datetime.fromtimestamp(quarter * QUARTER / SECOND, self._zone)
            self._quarter = (quarter, (local.toordinal(), local.weekday() * 24 + local.hour))
        return self._quarter[1]

    def _person(self, person_id: str) -> Person:
        """Who was heard of longest ago is forgotten first."""
        people = self._memory.people
        person = people.pop(person_id, None) or Person()
        while len(people) >= MOST_PEOPLE:
            del people[next(iter(people))]
        people[person_id] = person
        return person

    def _peers(self, person_id: str, day: int, since: int = 0) -> list[Person]:
        return peers_of(person_id, self._groups, self._members, self._memory.people, day, since)

    def _counted(self, event: NormalEvent, person: Person, measure: Measure, day: int, count: int) -> list[Hit]:
        """Mostly one comparison: what is usual on a day is worked out once, and what is next to be told is known."""
        key = (event.person_id, measure.name)
        of_day, limit = self._limits.get(key, (0, 0))
        if of_day == day and count < limit:
            return []
        expected, is_own = self._usual(event.person_id, person, measure.name, day)
        if expected is None:
            self._keep(key, (day, NEVER))
            return []
        strangeness = expected.strangeness(count)
        steps = SENSITIVE_STEPS if measure.is_sensitive else STEPS
        next_up = [expected.reaches(step) for step, _ in steps if expected.reaches(step) > count]
        self._keep(key, (day, min(next_up, default=NEVER)))
        level = next((level for step, level in steps if strangeness >= step), None)
        if level is None or not person.is_untold(day, f"{measure.name} {level}"):
            return []
        last_day = self._last_days.get(event.person_id, "") if measure.is_worse_of_leavers else ""
        about = BEFORE_LEAVING[measure.name] if last_day else COUNTS[measure.name]
        level = WORSE[level] if last_day else level
        is_rationed = level is Level.MEDIUM and not measure.is_sensitive
        told = Level.LOW if is_rationed and not self._has_budget(day, is_leaving=bool(last_day)) else level
        says: dict[str, str | int] = {"count": count, "low": expected.low, "high": expected.high}
        says |= {"usual": f"{expected.low}–{expected.high}", "median": round(expected.median), "days": expected.days}
        says |= {"against": "self" if is_own else "group"} | ({"last_day": last_day} if last_day else {})
        return [_hit(event, about, f"{day} {level}", told, says, is_own=is_own, count=count)]

    def _look_back(self, event: NormalEvent, change: str) -> list[Hit]:
        """At what somebody took, once it is known that they leave: one finding, or none where it was as always."""
        who = event.target_person_id or event.person_id
        person = self._memory.people.get(who)
        if person is None or self._erased.is_gone(who):
            return []
        day = self._day_and_hour(event.at)[0]
        found = look_back(person, self._peers(who, day), day, lambda name: self._memory.since.get(name, day))
        if found is None:
            return []
        note_told(person, found, day)
        is_rationed = found.level is Level.MEDIUM and not self._has_budget(day, is_leaving=True)
        level = Level.LOW if is_rationed else found.level
        says = found.says(change, str(event.fields.get("last_day", "")))
        about_them = msgspec.structs.replace(event, person_id=who, device_id="", session="")
        hit = _hit(
            about_them, TAKEN_BEFORE_LEAVING, str(day), level, says, is_own=found.is_own, count=len(found.events)
        )
        return [msgspec.structs.replace(hit, events=(*found.events, event.uid))]

    def _has_budget(self, day: int, *, is_leaving: bool = False) -> bool:
        """Whether one more is told today. What is worse is never held back, and what is held back counts as risk."""
        memory = self._memory
        if day > memory.budget_on:
            memory.budget_on, memory.spent, memory.spent_leaving = day, 0, 0
        if is_leaving:
            memory.spent_leaving += 1
            return memory.spent_leaving <= self._most_a_day
        memory.spent += 1
        return memory.spent <= self._most_a_day

    def _usual(self, person_id: str, person: Person, measure: str, day: int) -> tuple[Usual | None, bool]:
        """What such a day is like: their own, that of their group, or nothing."""
        since = self._memory.since[measure]
        if person.has_usual(day, since):
            return usual(person.history(measure, day, since)), True
        return usual(pooled(self._peers(person_id, day, since), measure, day, since)), False

    def _keep(self, key: tuple[str, str], limit: tuple[int, int]) -> None:
        if len(self._limits) >= MOST_PEOPLE * len(COUNTS):
            self._limits.clear()
        self._limits[key] = limit

    def _seen(self, event: NormalEvent, person: Person, sight: Sight, value: str, day: int) -> list[Hit]:
        before = [one for one in person.seen.get(sight.name, {}) if one != value]
        if not person.see(sight.name, value, event.at):
            return []
        is_own = person.has_usual(day)
        peers = self._peers(event.person_id, day) if sight.shared or not is_own else []
        if have_seen(peers, sight.name, value) or not (is_own or peers):
            return []
        about = FIRST_SEEN[sight.name]
        says: dict[str, str | int] = {"value": value, "usual": most_common(before), "days": len(person.days) - 1}
        return [_hit(event, about, f"{value} {day}", about.level, says, is_own=is_own)]

    def _when(self, event: NormalEvent, person: Person, day: int, hour: int) -> list[Hit]:
        if not person.has_usual(day) or not person.is_odd_hour(hour) or not person.is_untold(day, "hour"):
            return []
        on = date.fromordinal(day).isoformat()
        says: dict[str, str | int] = {"date": on, "hour": f"{hour % 24:02}:00", "usual": person.usual_hours(day)}
        return [_hit(event, ODD_HOUR, str(day), ODD_HOUR.level, says, is_own=True)]

    def _hidden(self, event: NormalEvent, person: Person, found: Whereabouts, day: int) -> list[Hit]:
        if found.anonymiser is not True or not person.is_untold(day, "hidden"):
            return []
        says: dict[str, str | int] = {"address": found.address, "lists": ", ".join(found.lists) or found.owner_name}
        return [_hit(event, HIDDEN, str(day), HIDDEN.level, says, is_own=True)]


def _hit(
    event: NormalEvent,
    about: About,
    what: str,
    level: Level,
    says: dict[str, str | int],
    *,
    is_own: bool,
    count: int = 1,
) -> Hit:
    return about.hit(
        sha256(f"{about.id} {event.person_id} {what}".encode()).hexdigest()[:32],
        event.at,
        f"person:{event.person_id}",
        says,
        level=level,
        confidence=OWN_CONFIDENCE if is_own else PEERS_CONFIDENCE,
        person_id=event.person_id,
        device_id=event.device_id,
        session=event.session,
        events=(event.uid,),
        count=count,
        sources=(event.source,),
    )
