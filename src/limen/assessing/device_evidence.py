"""Devices of exports, as the controls of devices take them; and what signs in without being on any list. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from limen.assessing.lists import LIST_SOURCE, seen_at
from limen.assessing.microsoft import INTUNE_SOURCE
from limen.assessing.people_evidence import lately
from limen.assessing.told import SignIn, Told
from limen.clock import Instant
from limen.devices.inventory.model import Known, SeenBrowser
from limen.devices.sources.record import Kept
from limen.facts import Person
from limen.facts.device_rules import DeviceRules, DeviceSource, SourceKind
from limen.identity.model import Member, PersonStatus
from limen.roadmap.devices.evidence import DeviceEvidence

_SOURCES: Final = {
    INTUNE_SOURCE: DeviceSource(SourceKind.INTUNE, manages=True),
    LIST_SOURCE: DeviceSource(SourceKind.PUSH, manages=True),
}


def device_evidence(told: Told, everybody: tuple[Member, ...], now: Instant) -> DeviceEvidence:
    """None of the devices is enrolled. What a list is silent about for a day counts as not heard of."""
    records = tuple(_kept(told, now))
    there = {one.source for one in records}
    heard = {source: max(one.record.seen_at for one in records if one.source == source) for source in there}
    return DeviceEvidence(
        rules=DeviceRules(sources={name: one for name, one in _SOURCES.items() if name in there}),
        known=Known((), records, {}, tuple(_browsers(told, now)), _people(everybody)),
        heard=heard,
    )


def _people(everybody: tuple[Member, ...]) -> dict[str, Person]:
    return {one.person.id: one.person for one in everybody if one.status is PersonStatus.ACTIVE}


def _kept(told: Told, now: Instant) -> Iterator[Kept]:
    """Devices of two lists that bear one name are one, unless their serial numbers say otherwise."""
    serials = {one.record.name.casefold(): one.record.serial for one in told.devices if one.record.serial}
    for one in told.devices:
        record, name = one.record, one.record.name.casefold()
        serial = record.serial or serials.get(name, "") or name
        at = seen_at(record.seen_at, now)
        owner = told.address_of("", record.owner) if record.owner else ""
        yield Kept(one.source, replace(record, seen_at=at, serial=serial, owner=owner), owner, now)


def _browsers(told: Told, now: Instant) -> Iterator[SeenBrowser]:
    """One for each sign-in on what no list has. What a list has counts there, and is nobody's browser here."""
    listed = frozenset[str]().union(*(one.ids for one in told.devices))
    for one in lately(told, now):
        is_listed = not {one.device_id, one.device}.isdisjoint(listed - {""})
        person = "" if is_listed else told.address_of(one.user_id, one.user)
        yield SeenBrowser(one.id, person, one.browser, one.system, one.at, one.at)


def unlisted(told: Told, now: Instant) -> tuple[SignIn, ...]:
    """Sign-ins from a device that has an id at the provider, and is on no list; the newest of each device."""
    listed = frozenset[str]().union(*(one.ids for one in told.devices))
    newest: dict[str, SignIn] = {}
    for one in lately(told, now):
        if one.device_id and {one.device_id, one.device}.isdisjoint(listed - {""}):
            newest.setdefault(one.device_id, one)
    return tuple(newest.values())
