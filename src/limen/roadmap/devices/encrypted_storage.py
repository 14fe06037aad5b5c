"""D4: who finds a device can't read it, and who forgot the password can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from limen.roadmap.areas import is_stated_of
from limen.roadmap.devices.escrow import words_on_key
from limen.roadmap.devices.health import Asked, Finding, part, part_of
from limen.roadmap.devices.seen import WorkDevice, devices
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase

_AREA: Final = "recovery_key"
_NO_KEYS: Final = (
    "Connect what keeps recovery keys (devices.yaml, sources: Intune with the permission BitlockerKey.ReadBasic.All, "
    "Fleet or Jamf), or state for each computer where its key is."
)


def measure(evidence: Evidence) -> Iterator[Part]:
    yield part(evidence, "devices with every volume encrypted", Asked("disk_encryption"))
    yield _escrowed(evidence)


def _escrowed(evidence: Evidence) -> Part:
    """Of computers: a phone has no recovery key, and is wiped instead."""
    found = [(one, _finding(evidence, one)) for one in devices(evidence.devices, evidence.at) if one.is_computer]
    kept = part_of(evidence, "computers whose recovery key is escrowed", found)
    is_told = any(one.grade is not Grade.UNKNOWN for _, one in found)
    known = [one.grade for _, one in found if one.grade is not Grade.UNKNOWN]
    return replace(
        kept,
        grade=min(known, default=Grade.UNKNOWN),
        missing=kept.missing or ("" if is_told or not found else _NO_KEYS),
        area=_AREA,
    )


def _finding(evidence: Evidence, device: WorkDevice) -> Finding:
    """Whoever holds the key says so: one is enough, whoever else does not. What the device says itself counts not."""
    words = words_on_key(evidence.devices, device)
    if any(words.values()):
        return Finding("", Grade.IMPORTED)
    if is_stated_of(evidence, _AREA, device.id):
        return Finding("", Grade.ATTESTED)
    if words:
        return Finding(f"{' and '.join(sorted(words))} holds no recovery key of it", Grade.IMPORTED)
    return Finding("no source tells of its recovery key, and nobody stated where it is", Grade.UNKNOWN)


CONTROL: Final = Control(
    id="D4",
    phase=Phase.DEVICES,
    title="Encrypted storage",
    demands="Every laptop and phone is encrypted, and the recovery key of every computer is escrowed.",
    figure="devices seen in 30 days whose volumes are encrypted, and computers whose recovery key is escrowed",
    closes="It is all of them.",
    why="A lost laptop that is not encrypted is a leak of everything on it.",
    how="Switch on BitLocker, FileVault or LUKS, and have the device management keep the recovery keys.",
    page="/console/devices",
    minutes=180,
    weight=4,
    measure=measure,
)
