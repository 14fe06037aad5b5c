"""From which devices apps were opened, and what became of those who were refused for their device: counted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limen.clock import Instant, Milliseconds


class Standing(StrEnum):
    """What a request's device was when it was decided, the worst that holds."""

    UNRECORDED = "what was known of the device is not on record"
    UNKNOWN = "from a device that nobody knows"
    UNBOUND = "from a session that nothing ties to its device"
    UNHEALTHY = "from a device that was not compliant"
    STALE = "from a device whose report was old"
    HEALTHY = ""

    @property
    def is_known(self) -> bool:
        return self not in {Standing.UNRECORDED, Standing.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Access:
    """Requests of people that were permitted and are alike. `label` is the higher of the app's and the document's."""

    actor: str
    app: str
    action: str
    label: int
    standing: Standing
    count: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody was refused for their device and nothing else, from `at` on, until they got in at `until` (0: not yet).

    `was_helped`: meanwhile somebody else changed what is known of their devices.
    """

    actor: str
    app: str
    action: str
    at: Instant
    until: Instant = 0
    was_helped: bool = False

    @property
    def lasted_ms(self) -> Milliseconds | None:
        """None while it lasts."""
        return self.until - self.at if self.until else None


@dataclass(frozen=True, slots=True)
class PastAccess:
    """`accesses` of the last 7 days, `refusals` of the last 30; not `is_whole` where there were too many of them."""

    accesses: tuple[Access, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    is_whole: bool = True
