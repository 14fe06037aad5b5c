"""Every device that was seen lately, each with all that is known of it: what the controls of devices count. Pure.

These are the devices of the page *Every device that was seen*, and those besides whose agent fell silent long ago while
somebody still signs in on them. Here each has its reports at hand, and an id that stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.devices.compliance import managed_until
from limen.devices.inventory.model import COUNTS_FOR, Known, SeenBrowser, Tier
from limen.devices.model import SYSTEM_NAMES, Held, State
from limen.devices.sources.matching import Word
from limen.devices.sources.record import Form, Kept
from limen.facts.device_rules import DeviceRules
from limen.roadmap.devices.evidence import DeviceEvidence

LIVE: Final = frozenset({State.ACTIVE, State.QUARANTINED})
_FORMS: Final = {"android": Form.PHONE, "iphone": Form.PHONE, "ipad": Form.TABLET, "": Form.UNKNOWN}


@dataclass(frozen=True, slots=True)
class WorkDevice:
    """One device. `held` where its agent is enrolled, `records` what other sources have of it (of an enrolled one they
    are among its `held` words instead). Of neither, it is a browser that never proved on which device it sits.
    """

    id: str
    name: str
    form: Form
    tier: Tier
    owner: str
    seen_at: Instant
    held: Held | None = None
    records: tuple[Kept, ...] = ()

    @property
    def page(self) -> str:
        return f"/console/devices/{self.held.device.id}" if self.held is not None else "/console/devices/seen"

    @property
    def is_computer(self) -> bool:
        """What is of no known form counts as one: more is asked of computers."""
        return self.form in {Form.COMPUTER, Form.UNKNOWN}


def devices(evidence: DeviceEvidence, now: Instant) -> tuple[WorkDevice, ...]:
    """Those that were seen within `COUNTS_FOR`, in the order of their ids. None are where a source is silent."""
    known, rules = evidence.known, evidence.rules
    if known is None or rules is None:
        return ()
    live = {one.device.id: one for one in known.held if one.device.state in LIVE}
    told: defaultdict[str, Instant] = defaultdict(int)
    alone: list[Kept] = []
    for record in known.records:
        if record.source not in rules.sources:
            continue
        words = known.matches.get((record.source, record.record.id), {})
        mine = [device_id for device_id, word in words.items() if word is not Word.OF_ANOTHER and device_id in live]
        for device_id in mine:
            told[device_id] = max(told[device_id], record.record.seen_at)
        if not mine:
            alone.append(record)
    for browser in _of_active(known):
        told[browser.device_id] = max(told[browser.device_id], browser.last_at)
    found = [_enrolled(one, told[device_id], rules, now) for device_id, one in live.items()]
    found += _recorded(alone)
    found += _browsed(one for one in _of_active(known) if one.device_id not in live)
    return tuple(sorted((one for one in found if one.seen_at > now - COUNTS_FOR), key=lambda one: one.id))


def _enrolled(held: Held, told_at: Instant, rules: DeviceRules, now: Instant) -> WorkDevice:
    device, posture = held.device, held.posture
    is_managed = device.is_managed or managed_until(rules, posture, now) != 0
    tier = Tier.MANAGED if is_managed else Tier.PRIVATE
    seen_at = max(posture.at or device.enrolled_at, told_at)
    return WorkDevice(device.id, device.name, Form.COMPUTER, tier, device.owner_id, seen_at, held)


def _recorded(records: Iterable[Kept]) -> Iterator[WorkDevice]:
    """Devices that only other sources know. Records with one hardware id or serial number are one device."""
    same: defaultdict[str, list[Kept]] = defaultdict(list)
    for one in records:
        key = one.record.hardware_id or one.record.serial
        same[f"hardware {key}" if key else f"{one.source} {one.record.id}"].append(one)
    for name, group in same.items():
        newest = max(group, key=lambda one: one.record.seen_at).record
        yield WorkDevice(
            id=name,
            name=newest.name or name,
            form=next((one.record.form for one in group if one.record.form is not Form.UNKNOWN), Form.UNKNOWN),
            tier=Tier.MANAGED if any(one.record.is_managed for one in group) else Tier.UNMANAGED,
            owner=next((one.owner_id for one in group if one.owner_id), ""),
            seen_at=newest.seen_at,
            records=tuple(group),
        )


def _of_active(known: Known) -> Iterator[SeenBrowser]:
    for one in known.browsers:
        person = known.people.get(one.person_id)
        if person is not None and person.active:
            yield one


def _browsed(browsers: Iterable[SeenBrowser]) -> Iterator[WorkDevice]:
    """Browsers that sit on no enrolled device: one device for each person, browser and system."""
    same: defaultdict[tuple[str, str, str], list[SeenBrowser]] = defaultdict(list)
    for one in browsers:
        same[one.person_id, one.browser, one.system].append(one)
    for (person_id, browser, system), group in same.items():
        yield WorkDevice(
            id=f"browser {person_id} {browser} {system}",
            name=f"{browser or 'a browser'} on {SYSTEM_NAMES.get(system, system) or 'an unknown system'}",
            form=_FORMS.get(system, Form.COMPUTER),
            tier=Tier.UNMANAGED,
            owner=person_id,
            seen_at=max(one.last_at for one in group),
        )
