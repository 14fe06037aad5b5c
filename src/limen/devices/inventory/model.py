"""Every device that was seen, put together from who told of it. Pure.

What a browser says of itself is a claim: it names a device for people, makes none known, and ties nothing to anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.clock import DAY, Instant
from limen.devices.compliance import UNKNOWN, judge, managed_until
from limen.devices.model import Held, State
from limen.devices.sources.matching import Word
from limen.devices.sources.record import Form, Kept
from limen.facts import Person
from limen.facts.device_rules import DeviceRules

COUNTS_FOR: Final = 30 * DAY
"""A device that nobody has seen for so long is none of the company's devices any more."""
AGENT: Final = "agent"
SIGN_IN: Final = "sign-in"
_FORMS: Final = {"android": Form.PHONE, "iphone": Form.PHONE, "ipad": Form.TABLET, "": Form.UNKNOWN}
_PLATFORMS: Final = {"iphone": "ios", "ipad": "ios"}


class Tier(StrEnum):
    """How far a device is the company's."""

    MANAGED = "managed"
    """An administrator, or device management, vouches for it."""
    PRIVATE = "private"
    """Its owner enrolled it: it reports, and is nobody's but theirs."""
    UNMANAGED = "unmanaged"
    """Nothing on it speaks for it. Policies see a device that nobody knows."""


@dataclass(frozen=True, slots=True)
class SeenBrowser:
    """A browser that somebody signed in with. `system` as in `user_agents`; `device_id`: what it proved to sit on."""

    id: str
    person_id: str
    browser: str
    system: str
    first_at: Instant
    last_at: Instant
    device_id: str = ""


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """One device of the inventory.

    `device_id` where it is enrolled. `owner` is a person's id; "" where nobody knows whose it is, and `owner_address`
    what a source says then. `name` is what it is called; "" for a browser, which is known by `browser` and `system`.
    `sources`: who told of it. `browsers`: in how many browsers it was seen, where that is all that is known of it.
    """

    tier: Tier
    form: Form
    platform: str
    seen_at: Instant
    sources: tuple[str, ...]
    device_id: str = ""
    owner: str = ""
    owner_address: str = ""
    name: str = ""
    browser: str = ""
    system: str = ""
    browsers: int = 0
    compliance: str = UNKNOWN

    def as_json(self, owners: Mapping[str, str]) -> dict[str, object]:
        """As `limen device seen --json` prints it; `owners` are people's email addresses by their ids."""
        return {
            "tier": self.tier.value,
            "form": self.form.value,
            "platform": self.platform,
            "name": self.name,
            "browser": self.browser,
            "system": self.system,
            "browsers": self.browsers,
            "owner": self.owner,
            "owner_address": owners.get(self.owner, self.owner_address),
            "device": self.device_id,
            "sources": list(self.sources),
            "compliance": self.compliance,
            "seen_at": self.seen_at,
        }


@dataclass(frozen=True, slots=True)
class Inventory:
    """What was seen within `COUNTS_FOR`, the unmanaged first, and among each the one that was seen last."""

    devices: tuple[SeenDevice, ...]

    @property
    def counts(self) -> Mapping[Tier, int]:
        found = Counter(one.tier for one in self.devices)
        return {tier: found[tier] for tier in Tier}

    @property
    def phones(self) -> Mapping[Tier, int]:
        """The same of phones and tablets alone."""
        found = Counter(one.tier for one in self.devices if one.form in {Form.PHONE, Form.TABLET})
        return {tier: found[tier] for tier in Tier}


@dataclass(frozen=True, slots=True)
class Known:
    """What the inventory is put together from. `matches`: what each device is to a record, by source and record."""

    held: Iterable[Held]
    records: Iterable[Kept]
    matches: Mapping[tuple[str, str], Mapping[str, Word]]
    browsers: Iterable[SeenBrowser]
    people: Mapping[str, Person]


def inventory(known: Known, rules: DeviceRules, now: Instant) -> Inventory:
    """Every device that was seen lately."""
    live = {one.device.id: one for one in known.held if one.device.state in {State.ACTIVE, State.QUARANTINED}}
    about: defaultdict[str, list[Kept]] = defaultdict(list)
    alone: list[Kept] = []
    for record in known.records:
        if record.source not in rules.sources:
            continue
        words = known.matches.get((record.source, record.record.id), {})
        mine = [device_id for device_id, word in words.items() if word is not Word.OF_ANOTHER and device_id in live]
        for device_id in mine:
            about[device_id].append(record)
        if not mine:
            alone.append(record)
    found = [_enrolled(one, about[device_id], rules, now) for device_id, one in live.items()]
    found += _recorded(alone)
    found += _browsed(one for one in known.browsers if one.device_id not in live and _is_active(known, one.person_id))
    order = {tier: n for n, tier in enumerate((Tier.UNMANAGED, Tier.PRIVATE, Tier.MANAGED))}
    lately = [one for one in found if one.seen_at > now - COUNTS_FOR]
    return Inventory(tuple(sorted(lately, key=lambda one: (order[one.tier], -one.seen_at, one.name, one.owner))))


def _enrolled(held: Held, about: list[Kept], rules: DeviceRules, now: Instant) -> SeenDevice:
    device, posture = held.device, held.posture
    is_managed = device.is_managed or managed_until(rules, posture, now) != 0
    is_new = posture.at + rules.report_within_ms > now
    return SeenDevice(
        tier=Tier.MANAGED if is_managed else Tier.PRIVATE,
        form=Form.COMPUTER,
        platform=device.platform.value,
        seen_at=max((posture.at or device.enrolled_at, *(one.record.seen_at for one in about))),
        sources=(AGENT, *sorted({one.source for one in about})),
        device_id=device.id,
        owner=device.owner_id,
        name=device.name,
        compliance=judge(rules, device.platform, posture, now).compliance if is_new else UNKNOWN,
    )


def _recorded(records: Iterable[Kept]) -> list[SeenDevice]:
    """Devices that only other sources know. Records of several sources with one serial number are one device."""
    same: defaultdict[tuple[str, ...], list[Kept]] = defaultdict(list)
    for one in records:
        record = one.record
        key = record.hardware_id or record.serial
        same[(key,) if key else (one.source, record.id)].append(one)
    return [_recorded_one(group) for group in same.values()]


def _recorded_one(group: list[Kept]) -> SeenDevice:
    newest = max(group, key=lambda one: one.record.seen_at)
    record = newest.record
    return SeenDevice(
        tier=Tier.MANAGED if any(one.record.is_managed for one in group) else Tier.UNMANAGED,
        form=next((one.record.form for one in group if one.record.form is not Form.UNKNOWN), Form.UNKNOWN),
        platform=record.platform,
        seen_at=record.seen_at,
        sources=tuple(sorted({one.source for one in group})),
        owner=next((one.owner_id for one in group if one.owner_id), ""),
        owner_address=next((one.record.owner for one in group if one.record.owner), ""),
        name=record.name,
    )


def _browsed(browsers: Iterable[SeenBrowser]) -> list[SeenDevice]:
    """Browsers that never proved which device they sit on: one device for each person, browser and system.

    Two laptops of one person with equal browsers are one here, and two browsers on one laptop are two.
    """
    same: defaultdict[tuple[str, str, str], list[SeenBrowser]] = defaultdict(list)
    for one in browsers:
        same[one.person_id, one.browser, one.system].append(one)
    return [
        SeenDevice(
            tier=Tier.UNMANAGED,
            form=_FORMS.get(system, Form.COMPUTER),
            platform=_PLATFORMS.get(system, system),
            seen_at=max(one.last_at for one in group),
            sources=(SIGN_IN,),
            owner=person_id,
            browser=browser,
            system=system,
            browsers=len(group),
        )
        for (person_id, browser, system), group in same.items()
    ]


def _is_active(known: Known, person_id: str) -> bool:
    person = known.people.get(person_id)
    return person is not None and person.active
