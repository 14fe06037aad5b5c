"""The device behind a refusal: which it is, which of its checks are in the way, and what its owner does about it.

Where the session is bound to a device it is that one. Otherwise it is not known which of somebody's devices they sit
on, or they have none: then the way to it is what helps. What a device lacks is told to whom sits on it, and to whom may
help: a copied cookie, without its tie, learns nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limen.clock import Instant
from limen.devices.compliance import UNKNOWN, Judged, judged
from limen.devices.model import EnrolledDevice, State
from limen.devices.service import Devices
from limen.devices.signals import sensors
from limen.facts import CHECKS
from limen.facts.device_rules import BASELINE, Requirement, Severity
from limen.policy.decision import Decision
from limen.policy.engine import Engine
from limen.policy.wording import why_not


class Found(StrEnum):
    """What stands in the way. OTHER: it is no matter of its health, such as whose it is."""

    FAILING = "failing"
    SILENT = "silent"
    QUARANTINED = "quarantined"
    NOT_PROVED = "not_proved"
    NOT_ENROLLED = "not_enrolled"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DeviceAtHand:
    """`device` is there where it is known which it is; `checks` are those in the way, `names` devices it may be."""

    found: Found
    device: EnrolledDevice | None = None
    checks: tuple[Judged, ...] = ()
    names: tuple[str, ...] = ()
    seen: str = ""
    """What it is like now, in a word that is another when that changes."""


def device_at_hand(
    devices: Devices, engine: Engine, decision: Decision, person_id: str, bound: str, now: Instant, *, is_there: bool
) -> DeviceAtHand:
    """`decision` is the refusal on the facts that count; `bound` the device that the session was bound to last, and
    `is_there` whether it still is, or whoever looks is somebody else who may.
    """
    device_id = decision.facts.device.id
    if is_there and device_id == bound and device_id in devices.projection.held:
        return _known(devices, engine, decision, device_id, now)
    mine = devices.of(person_id)
    quarantined = next((one for one in mine if one.id == bound and one.state is State.QUARANTINED), None)
    active = tuple([one.name for one in mine if one.state is State.ACTIVE])
    if quarantined is not None or not active:
        quarantined = quarantined or next((one for one in mine if one.state is State.QUARANTINED), None)
        if quarantined is not None:
            return DeviceAtHand(Found.QUARANTINED, quarantined)
        return DeviceAtHand(Found.NOT_ENROLLED)
    return DeviceAtHand(Found.NOT_PROVED, names=active)


def _known(devices: Devices, engine: Engine, decision: Decision, device_id: str, now: Instant) -> DeviceAtHand:
    device, known, health = devices.device(device_id), devices.known(device_id), devices.health(device_id)
    seen = seen_of(devices, device_id)
    if known is None or health is None or device.state is not State.ACTIVE:
        return DeviceAtHand(Found.QUARANTINED, device, seen=seen)
    if known.compliance == UNKNOWN:
        return DeviceAtHand(Found.SILENT, device, seen=seen)
    wanted = _wanted(engine, decision)
    held = devices.projection.held[device_id].posture
    said = sensors.said(devices.rules.signals.values(), device.platform, held, now)
    asked = {one.check: one for one in health.checks}
    for check in wanted - asked.keys():  # an app asks for what nobody demands of every device
        requirement = BASELINE.get(check, Requirement(Severity.REPORT))
        asked[check] = judged(check, requirement, devices.rules, held, now, said)
    checks = [asked[one] for one in CHECKS if one in asked and (one in wanted or asked[one].counts(now))]
    failing = tuple([one for one in checks if not one.is_good or one.check in wanted - known.passing])
    return DeviceAtHand(Found.FAILING if failing else Found.OTHER, device, failing, seen=seen)


def _wanted(engine: Engine, decision: Decision) -> frozenset[str]:
    """The checks that what refused asks for by name."""
    needs = [need for need in why_not(engine, decision) if need.subject.startswith("device")]
    return frozenset(check for check in CHECKS for need in needs if check in need.wanted)


def seen_of(devices: Devices, device_id: str) -> str:
    """What a device is like now: another word whenever its page would say something else."""
    known, health = devices.known(device_id), devices.health(device_id)
    if known is None or health is None:
        return "gone"
    failing = ",".join(one.check for one in health.not_good)
    return f"{known.compliance}:{failing}"
