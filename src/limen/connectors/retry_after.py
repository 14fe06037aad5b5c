"""How long a vendor wants to be left alone, in each of the ways in which vendors say so."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

from limen.guarded_http import Reply

TRIES: Final = 5
LONGEST_WAIT_SECONDS: Final = 120.0
"""A vendor that asks for more is not waited for: the next turn comes."""
_WAITING: Final = frozenset({429, 502, 503, 504})
_LEFT: Final = ("x-ratelimit-remaining", "x-rate-limit-remaining")
_AGAIN_AT: Final = ("x-ratelimit-reset", "x-rate-limit-reset")
_SAID_IN_BODIES: Final = (b"ateLimitExceeded", b"quotaExceeded")
"""Google refuses with 403 for this, too."""
_READ: Final = 4_096


def asks_to_wait(reply: Reply) -> bool:
    """Whether the same request is to be sent again, later."""
    if reply.status != 403:
        return reply.status in _WAITING
    is_used_up = any(reply.headers.get(name) == "0" for name in _LEFT)
    return is_used_up or "retry-after" in reply.headers or any(one in reply.body[:_READ] for one in _SAID_IN_BODIES)


def seconds_to_wait(reply: Reply, tried: int) -> float:
    """As `Retry-After` says, or the instant at which a limit is new, by the vendor's own clock; else longer each time.

    A `Retry-After` that is a date, or anything else, is as if it was not there.
    """
    said = _whole(reply.headers.get("retry-after", ""))
    if said is None and (reset := next((one for name in _AGAIN_AT if (one := reply.headers.get(name))), "")):
        said = _until(_whole(reset), reply.headers.get("date", ""))
    return 2.0**tried if said is None else said


def _until(instant: float | None, date: str) -> float | None:
    try:
        now = parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return None if instant is None else max(1.0, instant - now)


def _whole(written: str) -> float | None:
    return float(written) if written.isascii() and written.isdigit() and len(written) < 12 else None
