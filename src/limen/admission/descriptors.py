"""File descriptors: how many this process may have open."""

from __future__ import annotations

import resource
from typing import Final

WANTED: Final = 65_536
"""More than a company of some hundred people ever holds; `LimitNOFILE` of the systemd unit says the same."""


def raise_limit(wanted: int = WANTED) -> int:
    """Raise RLIMIT_NOFILE as far as the system lets us, at most to `wanted`; how many may be open from now on.

    A limit that is higher already stays. It never raises: whoever may not have more goes on with what there is.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    target = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if target <= soft:
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
    except (OSError, ValueError):
        return soft
    return target
