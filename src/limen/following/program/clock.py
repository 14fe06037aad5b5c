"""What time it is, also where somebody turns the machine's clock."""

from __future__ import annotations

import time
from pathlib import Path

ASTRAY_SECONDS = 30.0
"""Where a machine's clock is further from Limen's, what it lets in would last as long as its clock says."""


def boottime() -> float:
    """Seconds since the boot, which nobody sets, sleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """Another after each boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


class LimensClock:
    """What time it is by Limen, which each answer tells: nobody who turns this machine's clock makes anything last.

    `least` is the time of the last state that Limen signed, in seconds since 1970: it can't be earlier than that.
    """

    def __init__(self, least: float = 0.0) -> None:
        self.since_boot: float | None = None
        self._least = least

    def hear(self, at: float) -> None:
        """Limen said at this moment that it is `at`, in seconds since 1970."""
        self.since_boot = at - boottime()

    def not_before(self, at: float) -> None:
        """Limen signed something at `at`: whoever only carries its answers can't say that it is earlier."""
        now = self.now()
        if now is not None and now < at:
            self.hear(at)

    def now(self) -> float | None:
        """In seconds since 1970; None before the first answer."""
        return None if self.since_boot is None else boottime() + self.since_boot

    def astray(self) -> float:
        """By how many seconds this machine's clock is ahead of Limen's (below 0: behind it)."""
        now = self.now()
        return min(time.time() - self._least, 0.0) if now is None else time.time() - now

    def is_right(self) -> bool:
        return abs(self.astray()) <= ASTRAY_SECONDS
