"""Which enrolled device a source's record is about.

By serial number and hardware id, never by a name. What an agent says of its own hardware is a claim: whoever
administers a laptop can have it claim another's serial number. So a match grants nothing that the company's rules don't
allow, and not even that where the claim is doubtful:

- The record's owner is known, and the device is somebody else's: no match at all, and it is reported.
- Several devices claim the same, or nobody knows whose the record is: what it says against them counts for each, and
  nothing in their favour.
- Serial number and hardware id lead to different machines: no match.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """What came of comparing a device with a record."""

    MATCHED = "matched"
    DOUBTFUL = "doubtful"
    """Others claim the same, or nobody knows whose it is. Only what is said against the device counts."""
    OF_ANOTHER = "of_another"
    """The record is somebody else's. Nothing of it counts."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """An enrolled device, and by what it says to be known."""

    device_id: str
    owner_id: str
    serial: str
    hardware_id: str


def matches(serial: str, hardware_id: str, owner_id: str, claimants: Iterable[Claimant]) -> dict[str, Word]:
    """What each device that claims to be this machine is to it, by its id. `owner_id`: whose the record is, or ""."""
    same = [one for one in claimants if _is_same(serial, hardware_id, one)]
    own = [one for one in same if not owner_id or one.owner_id == owner_id]
    word = Word.MATCHED if owner_id and len(own) == 1 else Word.DOUBTFUL
    return {one.device_id: word if one in own else Word.OF_ANOTHER for one in same}


def _is_same(serial: str, hardware_id: str, device: Claimant) -> bool:
    pairs = ((serial, device.serial), (hardware_id, device.hardware_id))
    known = [(one, other) for one, other in pairs if one and other]
    return bool(known) and all(one == other for one, other in known)
