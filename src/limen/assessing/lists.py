"""What lists tell that somebody keeps by hand or another program writes: people, devices, addresses of interfaces."""

from __future__ import annotations

from ipaddress import ip_interface
from typing import Any, Final

from limen.assessing.entries import Entry
from limen.assessing.folder import File, RefusedError
from limen.assessing.told import Listed, ListedDevice, Told
from limen.clock import DAY, SECOND, Instant
from limen.devices.hardware import serial_of
from limen.devices.sources.record import Form, Record
from limen.devices.sources.vendor_words import checks, flag
from limen.identity.people_csv import read_people
from limen.network.model import Prefix

LIST_SOURCE: Final = "device list"
_PLATFORMS: Final = (
    ("windows server", "windows", Form.COMPUTER),
    ("windows", "windows", Form.COMPUTER),
    ("mac", "macos", Form.COMPUTER),
    ("os x", "macos", Form.COMPUTER),
    ("ipad", "ios", Form.TABLET),
    ("ios", "ios", Form.PHONE),
    ("iphone", "ios", Form.PHONE),
    ("android", "android", Form.PHONE),
    ("linux", "linux", Form.COMPUTER),
    ("ubuntu", "linux", Form.COMPUTER),
    ("debian", "linux", Form.COMPUTER),
    ("red hat", "linux", Form.COMPUTER),
)
UNREAD_AGE: Final = 2 * DAY
"""A device whose last sign of life can't be read counts as there, and as not heard of lately."""
_MINUTE_S: Final = 60


def take_people(told: Told, file: File) -> int:
    """As `limen import people` reads them. Raises RefusedError."""
    found = read_people(file.data, {})
    if found.problems:
        first = found.problems[0]
        raise RefusedError(file.name, first.row, f"{first.column}: {first.what}".removeprefix(": "), first.fix)
    today = told.at // DAY
    for one in found.rows:
        is_there = one.last_day is None or (one.last_day.toordinal() - _EPOCH) >= today
        told.people[one.email.casefold()] = Listed(one.email.casefold(), one.name, is_there)
    return len(found.rows)


_EPOCH: Final = 719_163
"""The ordinal of 1970-01-01."""


def take_devices(told: Told, one: Entry) -> None:
    name = one.name("hostname", "host", "computername", "device name", "device", "name")
    if not name:
        raise one.file.refused("a device has no name", "fill in hostname", one.place)
    record = _record(one, name, told.at)
    told.devices.append(ListedDevice(LIST_SOURCE, record, frozenset({name.casefold()})))


def seen_at(at: Instant, now: Instant) -> Instant:
    """When a device was heard of last: what nobody says, or what is still to come, counts as old."""
    return at if 0 < at <= now else now - UNREAD_AGE


def _record(one: Entry, name: str, now: Instant) -> Record:
    said = one.text("os", "operating system", "system", "platform")
    platform, form = next(((p, f) for part, p, f in _PLATFORMS if part in said.casefold()), ("", Form.UNKNOWN))
    at = seen_at(one.instant(now, "last seen", "last contact", "last logon date", "last check-in", "lastseen"), now)
    managed = one.flag("managed", "enrolled")
    return Record(
        id=f"{name.casefold()} {one.text('serial', 'serial number')}".strip()[:100],
        seen_at=at,
        name=name[:80],
        owner=one.text("owner", "user", "primary user", "email").casefold(),
        platform=platform,
        form=form,
        serial=serial_of(one.text("serial", "serial number")),
        is_managed=managed is True,
        checks=checks(
            at // SECOND * SECOND,
            disk_encryption=flag("encrypted", one.flag("encrypted", "disk encryption", "bitlocker", "filevault")),
            edr=flag("running", one.flag("edr", "edr running")),
            screen_lock=_lock(one.number("screen lock minutes", "lock minutes")),
            management=flag("compliant", one.flag("compliant", "compliance")),
            anti_malware=_antivirus(one),
        ),
    )


def _lock(minutes: int | None) -> dict[str, Any] | None:
    if minutes is None or not 0 <= minutes <= 10_000:
        return None
    return {"enabled": minutes > 0, "after_s": minutes * _MINUTE_S} if minutes else {"enabled": False}


def _antivirus(one: Entry) -> dict[str, Any] | None:
    running = one.flag("antivirus", "anti-malware", "antivirus running")
    if running is None:
        return None
    days = one.number("signature age days", "signatures age days")
    return {"running": running, **({"signatures_age_days": days} if days is not None and days < 10_000 else {})}


def take_addresses(told: Told, one: Entry) -> None:
    """`ip -j address`: the networks behind interfaces, without the loopback's and those of one link alone."""
    interface = one.text("ifname")[:40]
    found: dict[Prefix, None] = {}
    for each in one.entries("addr_info"):
        try:
            address = ip_interface(f"{each.text('local')}/{each.number('prefixlen')}")
        except ValueError:
            return
        if not (address.is_loopback or address.is_link_local):
            found[address.network] = None
    if interface and found:
        told.places[interface] = tuple(found)
