"""What a device is, what it reported, and what that comes to: values without a clock and a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import msgspec

from limen.clock import Instant
from limen.devices.observed import Observed


class State(StrEnum):
    """What Limen holds of a device, whatever it reports."""

    ACTIVE = "active"
    QUARANTINED = "quarantined"
    LOST = "lost"
    RETIRED = "retired"


class KeyStorage(StrEnum):
    """Where the device's key is. TPM only where that was proved."""

    FILE = "file"
    TPM = "tpm"


class Platform(StrEnum):
    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


SYSTEM_NAMES: Final[Mapping[str, str]] = {
    "linux": "Linux",
    "macos": "macOS",
    "windows": "Windows",
    "android": "Android",
    "ios": "iOS",
    "ipados": "iPadOS",
    "almalinux": "AlmaLinux",
    "arch": "Arch Linux",
    "centos": "CentOS",
    "debian": "Debian",
    "fedora": "Fedora",
    "linuxmint": "Linux Mint",
    "opensuse-leap": "openSUSE Leap",
    "opensuse-tumbleweed": "openSUSE Tumbleweed",
    "pop": "Pop!_OS",
    "rhel": "Red Hat Enterprise Linux",
    "rocky": "Rocky Linux",
    "ubuntu": "Ubuntu",
}
"""How people read the ids of platforms, and of the systems of os-release(5)."""


class CheckState(StrEnum):
    """What became of looking. UNKNOWN: it could not be found out, which never counts as good."""

    OBSERVED = "observed"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Why(StrEnum):
    """Why a device reports."""

    START = "start"
    INTERVAL = "interval"
    CHANGE = "change"
    ASKED = "asked"


class Reason(StrEnum):
    """Why something could not be found out."""

    DENIED = "denied"
    MISSING_TOOL = "missing_tool"
    NO_SESSION = "no_session"
    UNREADABLE = "unreadable"
    TIMED_OUT = "timed_out"
    UNSUPPORTED = "unsupported"
    NOT_REPORTED = "not_reported"


class Check(msgspec.Struct, frozen=True, gc=False):
    """One check of a report. `observed` is there where it was; `evidence` is plain text that its owner may read."""

    id: str
    state: CheckState
    at: Instant
    observed: Observed | None = None
    reason: Reason | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One report, its checks by their ids. `prev` is the digest of the one before, `boot` a name of this start."""

    seq: int
    prev: bytes
    boot: str
    agent: str
    why: Why
    name: str
    platform: Platform
    checks: Mapping[str, Check]


@dataclass(frozen=True, slots=True)
class EnrolledDevice:
    """A device as it is kept. `is_managed`: an administrator enrolled it, or confirmed that it is the company's."""

    id: str
    owner_id: str
    name: str
    platform: Platform
    key_storage: KeyStorage
    is_managed: bool
    enrolled_at: Instant
    state: State = State.ACTIVE
    state_at: Instant = 0
    state_why: str = ""
    hardware: str = "{}"
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a source other than its agent says of a device, of which it last heard at `seen_at`.

    `vouches`: its good word is about this device and no other. Without it only what is said against the device counts.
    """

    source: str
    seen_at: Instant
    is_managed: bool
    vouches: bool
    checks: Mapping[str, Check] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posture:
    """What is kept of a device's reports: the last of them, from where it came, and since when which check has not been
    good; and of what others say of it. `sensors`: when each source last heard of it, negative where it has stopped.
    `risk`: the worst that a source says, 0 nothing to 3 high. `said`: what other sources know of its checks.

    What has not been good since `enrolled_at`, or longer, was never known to be good on this device.
    """

    seq: int = 0
    digest: bytes = field(default=b"", repr=False)
    boot: str = ""
    at: Instant = 0
    checks: Mapping[str, Check] = field(default_factory=dict)
    failing_since: Mapping[str, Instant] = field(default_factory=dict)
    address: str = ""
    sensors: Mapping[str, Instant] = field(default_factory=dict)
    risk: int = 0
    said: tuple[Said, ...] = ()
    enrolled_at: Instant = 0


@dataclass(frozen=True, slots=True)
class Held:
    """All that is kept of a device: itself, what it reported last, and the public half of its key, a JWK."""

    device: EnrolledDevice
    posture: Posture
    key: Mapping[str, str]


def checks_to_json(checks: Mapping[str, Check]) -> str:
    """Checks as they are kept."""
    return msgspec.json.encode([_plain(check) for check in checks.values()]).decode()


def _plain(check: Check) -> dict[str, Any]:
    told = {"id": check.id, "state": check.state.value, "at": check.at, "evidence": check.evidence}
    if check.observed is not None:
        told["observed"] = msgspec.to_builtins(check.observed)
    if check.reason is not None:
        told["reason"] = check.reason.value
    return told
