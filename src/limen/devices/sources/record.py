"""What a source says of one device, and by what a device is known to be the same one: values without a clock."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import msgspec

from limen.clock import Instant
from limen.devices.model import Check

LONGEST_KEY: Final = 64
_SPACES: Final = re.compile(r"\s+")
_SAY_NOTHING: Final = frozenset(
    {
        "none",
        "unknown",
        "default",
        "defaultstring",
        "notspecified",
        "notapplicable",
        "notavailable",
        "tobefilledbyo.e.m.",
        "tobefilledbyoem",
        "systemserialnumber",
        "chassisserialnumber",
        "serialnumber",
        "invalid",
        "123456789",
        "1234567890",
        "0123456789",
    }
)
"""What makers leave in the place of a serial number: many machines have the same."""
_COMMON: Final = frozenset({"03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009"})
"""The same for hardware ids."""


class Form(StrEnum):
    """What one holds in one's hands."""

    COMPUTER = "computer"
    PHONE = "phone"
    TABLET = "tablet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Record:
    """One device as a source has it, under an id of the source's own.

    `owner` is an email address, as the source wrote it. `serial` and `hardware_id` are as `serial_of` and
    `hardware_id_of` give them. `seen_at`: when the source last heard of the device. `checks` are those that the source
    knows something about; their `at` is when.
    """

    id: str
    seen_at: Instant
    name: str = ""
    owner: str = ""
    platform: str = ""
    form: Form = Form.UNKNOWN
    serial: str = ""
    hardware_id: str = ""
    is_managed: bool = False
    checks: Mapping[str, Check] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as it is kept: by which source, whose it is, and when it was taken."""

    source: str
    record: Record
    owner_id: str
    taken_at: Instant


def serial_of(written: str) -> str:
    """A serial number as it is compared; "" for what many machines have."""
    plain = _SPACES.sub("", written).casefold()
    if not 5 <= len(plain) <= LONGEST_KEY or plain in _SAY_NOTHING or len(set(plain)) < 3 or not plain.isascii():
        return ""
    return plain


def hardware_id_of(written: str) -> str:
    """A hardware UUID (SMBIOS, IOPlatformUUID) as it is compared; "" for what many machines have."""
    try:
        plain = str(uuid.UUID(written.strip()))
    except (ValueError, AttributeError):
        return ""
    return "" if plain in _COMMON or len(set(plain)) < 5 else plain


def keys_of(hardware: str) -> tuple[str, str]:
    """The serial number and the hardware id in what an agent told of its machine, which is JSON."""
    told: Mapping[str, Any] = msgspec.json.decode(hardware or "{}")
    return serial_of(str(told.get("serial", ""))), hardware_id_of(str(told.get("uuid", "")))
