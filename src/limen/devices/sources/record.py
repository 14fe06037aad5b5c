"""What a source says of one device: values without a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from limen.clock import Instant
from limen.devices.model import Check


class Form(StrEnum):
    """What one holds in one's hands."""

    COMPUTER = "computer"
    PHONE = "phone"
    TABLET = "tablet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Record:
    """One device as a source has it, under an id of the source's own.

    `owner` is an email address, as the source wrote it. `serial` and `hardware_id` are as `hardware.py` reads
    them. `seen_at`: when the source last heard of the device. `checks` are those that the source knows something about;
    their `at` is when.
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
