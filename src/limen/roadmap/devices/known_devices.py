"""D1: every device that comes near the company is known, and none that is unknown opens anything confidential."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.devices.inventory.model import Tier
from limen.roadmap.devices.health import row
from limen.roadmap.devices.opened import opened
from limen.roadmap.devices.seen import WorkDevice, devices
from limen.roadmap.devices.silence import missing
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase

_AT_LEAST: Final = 0.98


def measure(evidence: Evidence) -> Iterator[Part]:
    seen = devices(evidence.devices, evidence.at)
    yield Part(
        "devices that are enrolled, or managed by a source that is connected",
        tuple(row(one, _why(one)) for one in seen),
        _AT_LEAST,
        grade=min((_grade(one) for one in seen), default=Grade.MEASURED),
        missing=missing(evidence.devices, evidence.at),
    )
    yield opened(
        evidence,
        "confidential requests that came from a device that is known",
        lambda standing: "" if standing.is_known else standing.value,
    )


def _why(device: WorkDevice) -> str:
    if device.tier is not Tier.UNMANAGED:
        return ""
    if device.records:
        return f"{' and '.join(sorted({one.source for one in device.records}))} knows it and does not manage it"
    return "somebody signs in with it, and nothing says which device it is"


def _grade(device: WorkDevice) -> Grade:
    return Grade.IMPORTED if device.records else Grade.MEASURED


CONTROL: Final = Control(
    id="D1",
    phase=Phase.DEVICES,
    title="Every device is known",
    demands="Every device that people sign in with is enrolled or managed, and no other opens anything confidential.",
    figure="devices seen in 30 days, by sign-ins, agents and connected sources, that are enrolled or managed",
    closes="It is 98 % of them, and no unknown device opened anything confidential or restricted in 7 days.",
    why="A device that nobody knows may carry malware or a stolen session, and nobody can look after it.",
    how="Go through the devices that were seen, and enrol each or connect the device management that knows it.",
    page="/console/devices/seen",
    minutes=120,
    weight=4,
    measure=measure,
)
