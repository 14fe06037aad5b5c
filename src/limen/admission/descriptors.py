"""File descriptors: how many this process may have open."""

from __future__ import annotations

import resource
from contextlib import suppress
from typing import Final

WANTED: Final = 65_536
"""More than a company of some hundred people ever holds; `LimitNOFILE` of the systemd unit says the same."""
_STEPS: Final = (16_384, 10_240, 4_096, 1_024)
"""What is tried where the system refuses more, though its hard limit says it may be had, as macOS does."""


def raise_limit(wanted: int = WANTED) -> int:
    """Raise RLIMIT_NOFILE as far as the system lets us, at most to `wanted`; how many may be open from now on.

    A limit that is higher already stays. It never raises: whoever may not have more goes on with what there is.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    may = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    for target in (may, *(step for step in _STEPS if step < may)):
        if target <= soft:
            break
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
            return target
    return soft
