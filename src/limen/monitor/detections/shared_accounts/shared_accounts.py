"""One account used at two places at once, again and again: on several days two sign-ins were in use by turns.

A single day proves little and is not told. Strong overlaps (`overlaps.STRONG`) are told from the second day on, as an
alert; those that a terminal server could explain from the third, as a finding that makes no alert. What is weaker is
not told at all. A stolen cookie is no second sign-in: that is for the rules on stolen sessions and on travel.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Container, Mapping
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Final

import msgspec

from limen.clock import DAY
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.remembered_people import RememberedPeople, put_newest
from limen.monitor.detections.rule import About
from limen.monitor.detections.shared_accounts.acts import (
    APP_OPENED,
    SIGNED_IN,
    STEPPED_UP,
    Act,
    Side,
    is_of_a_person,
    is_permit,
    text_of,
    what_is_asked,
)
from limen.monitor.detections.shared_accounts.overlaps import MEDIUM, PAUSE, STRONG, WITHIN, Overlap, overlap
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.places import Networks, Places

ABOUT: Final = About(
    id="8f7e1c02-93b4-4a53-8d7c-5d1e2f0b6a17",
    name="limen-shared-account",
    title="An account is used at two places at once",
    level=Level.MEDIUM,
    confidence=50,
    tags=("attack.initial-access", "attack.t1078"),
    author="Limen",
    description="On several days two sign-ins of one account, in different networks, were used by turns in an hour.",
    false_positives=(
        "A terminal server or remote desktop whose network is not named in limen.toml",
        "A VPN that is not named in monitor.yaml, on one of two computers of the same person",
    ),
    entity="person",
    sentence="{who}'s account was used at two places at once: {one} and {other}, on {days} days so far.",
    sentence_de="Das Konto von {who} wurde an zwei Orten zugleich benutzt: {one} und {other}, bisher an {days} Tagen.",
    next_step="Ask who else uses this account, and give them one of their own. If nobody does, somebody else knows how"
    " to sign in: end all sessions, and replace what they sign in with.",
    next_step_de="Fragen Sie, wer dieses Konto noch benutzt, und geben Sie dieser Person ein eigenes. Tut es niemand,"
    " kann sich jemand Fremdes anmelden: Beenden Sie alle Sitzungen, und ersetzen Sie die Anmeldemittel.",
)
REMEMBERED: Final = 14 * DAY
STRONG_DAYS: Final = 2
DAYS: Final = 3
MOST_SIDES: Final = 8
MOST_APPS: Final = 50_000
MOST_ACTS: Final = 60


class SharedKnown(msgspec.Struct, frozen=True):
    """What the company knows: whose each enrolled device is, and its own networks by name."""

    owners: Mapping[str, str] = {}
    networks: tuple[tuple[str, str], ...] = ()


class _Person(msgspec.Struct):
    """`days`: the strongest overlap of each day; `told`: of which days it was told."""

    sides: dict[str, Side] = {}
    acts: list[Act] = []
    days: dict[int, Overlap] = {}
    told: list[int] = []


class _Memory(msgspec.Struct):
    """`apps`: to which sign-in a session of an app belongs."""

    people: dict[str, _Person] = {}
    apps: dict[str, str] = {}


class SharedAccounts:
    """A `Detector`."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._remembered = RememberedPeople(_Memory, _Person)
        self._owners: Mapping[str, str] = {}
        self._networks: Networks = ()

    def know(self, known: SharedKnown) -> None:
        """From now on this is so. Raises ValueError where a network is none."""
        self._owners = known.owners
        self._networks = tuple((name, ip_network(network)) for name, network in known.networks)

    def feed(self, event: NormalEvent) -> list[Hit]:
        """The days that are told from now on."""
        if not is_of_a_person(event) or self._remembered.is_gone(event.person_id) or not _is_address(event.src_ip):
            return []
        act = self._act(event, self._remembered.of(event.person_id))
        return self._acted(act, event.person_id) if act is not None else []

    def snapshot(self) -> bytes:
        return self._remembered.snapshot()

    def restore(self, snapshot: bytes) -> None:
        self._remembered.restore(snapshot)

    def limit_to(self, people: Container[str]) -> None:
        """Forget whoever is none of these, for good: they were erased."""
        self._remembered.limit_to(people)

    # Inside

    def _act(self, event: NormalEvent, person: _Person) -> Act | None:
        """What somebody did with a sign-in that was seen to begin; None where a machine may have done it."""
        if event.kind == SIGNED_IN:
            _begin(person, event)
        elif event.kind == APP_OPENED:
            self._note_app(event)
        root = self._remembered.memory.apps.get(event.session, event.session)
        side = person.sides.get(root)
        if side is None:
            return None
        side.device = event.device_id or side.device
        side.used_from(event.src_ip, event.at)
        if is_permit(event) and not side.asks(what_is_asked(event), event.at):
            return None
        return Act(event.at, event.uid, root, event.src_ip, event.kind in {SIGNED_IN, STEPPED_UP})

    def _note_app(self, event: NormalEvent) -> None:
        apps, parent = self._remembered.memory.apps, text_of(event, "parent")
        if parent:
            put_newest(apps, event.session, parent, MOST_APPS)
        else:
            apps.pop(event.session, None)

    def _acted(self, act: Act, person_id: str) -> list[Hit]:
        person = self._remembered.memory.people[person_id]
        if _is_of_the_last_act(person, act):
            return []
        insort(person.acts, act, key=lambda one: one.at)
        person.acts = [one for one in person.acts if act.at - one.at < WITHIN][-MOST_ACTS:]
        if person.acts[-1] is not act:
            return []  # it came late: what came meanwhile was looked at already
        for other in person.sides:
            if other != act.side:
                self._note(person, self._overlap(person, person_id, other))
        return _told(person, person_id)

    def _overlap(self, person: _Person, person_id: str, other: str) -> Overlap | None:
        return overlap(
            person.acts,
            person.sides,
            other,
            lambda address: self._places.find(address, self._networks),
            self._owners,
            person_id,
        )

    @staticmethod
    def _note(person: _Person, found: Overlap | None) -> None:
        before = person.days.get(found.day) if found is not None else None
        if found is None or found.strength < MEDIUM or (before is not None and before.strength >= found.strength):
            return
        person.days[found.day] = found
        person.days = {day: one for day, one in person.days.items() if found.day - day < REMEMBERED // DAY}
        person.told = [day for day in person.told if day in person.days]


def _begin(person: _Person, event: NormalEvent) -> None:
    side = Side(text_of(event, "system"), text_of(event, "browser"))
    put_newest(person.sides, event.session, side, MOST_SIDES)


def _is_of_the_last_act(person: _Person, act: Act) -> bool:
    """Whether this side acted a moment ago: a page that opens asks many things. A proof is more than a request."""
    last = next((one for one in reversed(person.acts) if one.side == act.side), None)
    return last is not None and not (act.is_proof and not last.is_proof) and 0 <= act.at - last.at < PAUSE


def _told(person: _Person, person_id: str) -> list[Hit]:
    """Nothing before it was so again and again; then each of those days."""
    strong = [day for day, one in person.days.items() if one.strength >= STRONG]
    if len(strong) >= STRONG_DAYS:
        days, level, confidence = person.days, Level.MEDIUM, min(90, 50 + 10 * len(strong))
    elif len(person.days) >= DAYS:
        days, level, confidence = person.days, Level.INFORMATIONAL, 30
    else:
        return []
    news = [day for day in sorted(days) if day not in person.told]
    person.told = [*person.told, *news]
    return [_hit(person_id, days[day], len(days), level, confidence) for day in news]


def _hit(person_id: str, found: Overlap, days: int, level: Level, confidence: int) -> Hit:
    says: dict[str, str | int] = {
        "one": found.one,
        "other": found.other,
        "one_address": found.one_address,
        "other_address": found.other_address,
        "km": found.km,
        "changes": found.changes,
        "minutes": (found.until - found.since) // 60_000,
        "days": days,
        "signs": ", ".join(found.signs),
        "strength": found.strength,
    }
    return ABOUT.hit(
        sha256(f"{ABOUT.id} {person_id} {found.day}".encode()).hexdigest()[:32],
        found.until,
        f"person:{person_id}",
        says,
        since=found.since,
        level=level,
        confidence=confidence,
        person_id=person_id,
        session=found.one_session,
        events=found.events,
        count=len(found.events),
        sources=("limen",),
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
