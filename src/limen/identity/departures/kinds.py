"""What happens to departures."""

from __future__ import annotations

from typing import Final

from limen.events.headings import ACCOUNTS, CHANGES
from limen.events.kind import ACCOUNT, Kind, Owner, Severity, Topic

_DEPARTURE: Final = Topic(
    ACCOUNTS, Owner.OFFICE, "Reports that your access ended", "The report that your access ended", (CHANGES,)
)
_HANDOVER: Final = Topic(ACCOUNTS, Owner.OFFICE, "What you own", "What you own", (CHANGES,))

KINDS: Final = (
    Kind(
        "departure.began",
        "Access was ended, and each end is being proved",
        _DEPARTURE,
        ACCOUNT,
        5,
        shown=("why", "source", "ended"),
        acknowledged=True,
    ),
    Kind("departure.proved", "Every end of access was proved", _DEPARTURE, ACCOUNT, 5, acknowledged=True),
    Kind(
        "departure.outstanding",
        "An end of access is not proved after an hour",
        _DEPARTURE,
        ACCOUNT,
        5,
        severity=Severity.HIGH,
        shown=("surfaces",),
        acknowledged=True,
    ),
    Kind(
        "departure.accepted",
        "What was left of somebody's access was accepted",
        _DEPARTURE,
        ACCOUNT,
        5,
        severity=Severity.MEDIUM,
        shown=("surfaces", "why"),
        acknowledged=True,
    ),
    Kind(
        "handover.done",
        "What somebody owned was handed over",
        _HANDOVER,
        ACCOUNT,
        99,
        shown=("what", "count"),
        told={"": "Something you owned was handed over"},
        acknowledged=True,
    ),
)
