"""What an agent says that it saw, check by check (see docs/explanation/agent-wire.md); what does not fit is refused.

A key that is not known is refused and not passed over: a mistake in writing must never turn into a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct

Word = Annotated[str, Meta(max_length=100)]
Count = Annotated[int, Meta(ge=0, le=100_000)]
Days = Annotated[int, Meta(ge=0, le=20_000)]
Seconds = Annotated[int, Meta(ge=0, le=10_000_000)]
Moment = Annotated[int, Meta(ge=0, lt=1 << 40)]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Os(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The system. `supported_until`: the last day of its maker's security updates, as far as the agent knows."""

    name: Word
    version: Word
    supported_until: Date | None = None
    kernel: Word = ""
    newest_kernel: Word | None = None


class Updates(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Updates that wait. `oldest_days`: how long the oldest security update has; `lists_age_days`: how old that is."""

    pending: Count
    security: Count
    lists_age_days: Days
    oldest_days: Days | None = None
    restart_needed: bool = False


class AutoUpdates(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    enabled: bool
    how: Word = ""


class Volume(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    mount: Annotated[str, Meta(max_length=300)]
    encrypted: bool


class DiskEncryption(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Every volume with the system's or users' files.

    `key_escrowed`: whether a recovery key is with whoever says this, for whom alone it is to say; `key_escrowed_at`:
    since when, in seconds. None: that is not known. The key itself is nowhere in it.
    """

    encrypted: bool
    how: Word = ""
    volumes: Annotated[tuple[Volume, ...], Meta(max_length=50)] = ()
    key_escrowed: bool | None = None
    key_escrowed_at: Moment | None = None


class ScreenLock(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    enabled: bool
    after_s: Seconds | None = None


class Firewall(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Enabled: what comes in unasked is dropped."""

    enabled: bool
    how: Word = ""


class AntiMalware(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    running: bool
    product: Word = ""
    version: Word = ""
    signatures_age_days: Days | None = None
    real_time: bool | None = None


class Edr(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    running: bool
    products: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()


class SecureBoot(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    enabled: bool


class Administrators(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Accounts that may become root or administrator."""

    count: Count
    names: Annotated[tuple[Word, ...], Meta(max_length=50)] = ()


class Threat(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    name: Annotated[str, Meta(max_length=200)]
    at: Moment


class Threats(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What anti-malware found and nobody has cleared."""

    active: Annotated[tuple[Threat, ...], Meta(max_length=20)] = ()


class Management(Struct, frozen=True, forbid_unknown_fields=True):
    """What the company's device management makes of the whole device: by the rules that are written there."""

    compliant: bool
    says: Word = ""


Observed: TypeAlias = (
    Os
    | Updates
    | AutoUpdates
    | DiskEncryption
    | ScreenLock
    | Firewall
    | AntiMalware
    | Edr
    | SecureBoot
    | Administrators
    | Threats
    | Management
)
OBSERVED: Final[Mapping[str, type[Observed]]] = {
    "os": Os,
    "updates": Updates,
    "auto_updates": AutoUpdates,
    "disk_encryption": DiskEncryption,
    "screen_lock": ScreenLock,
    "firewall": Firewall,
    "anti_malware": AntiMalware,
    "edr": Edr,
    "secure_boot": SecureBoot,
    "administrators": Administrators,
    "threats": Threats,
    "management": Management,
}
"""By the check's id."""


def read(check: str, raw: object) -> Observed:
    """What was observed. Raises msgspec.ValidationError, which names what does not fit; `check` must be a known one."""
    return msgspec.convert(raw, OBSERVED[check], strict=True)
