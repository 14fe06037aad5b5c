"""What those who send logs cause."""

from __future__ import annotations

from typing import Final

from limen.events.kind import LIFECYCLE, Family, Kind, Owner, Severity, Topic

_GOVERNED: Final = Topic(Family("Sources of logs"), Owner.OFFICE, "Sources of logs", "A source of logs")
_SOURCE: Final = Topic(Family("Sources of logs"), Owner.LIMEN)

KINDS: Final = (
    Kind(
        "logs.sender_added",
        "Let a sender of logs in",
        _GOVERNED,
        LIFECYCLE,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("source", "sender", "proves"),
    ),
    Kind(
        "logs.sender_removed",
        "Removed a sender of logs",
        _GOVERNED,
        LIFECYCLE,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("source", "sender"),
    ),
    Kind(
        "logs.refused",
        "Logs were refused: nobody who may send them",
        _SOURCE,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
        by_strangers=True,
    ),
    Kind(
        "logs.service_secret_kept",
        "Stored Limen's secret at a service that is asked for its logs",
        _GOVERNED,
        LIFECYCLE,
        99,
        acknowledged=True,
        shown=("source",),
    ),
    Kind(
        "logs.service_failed",
        "A service could not be asked for its logs",
        _SOURCE,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind("logs.service_back", "A service gives its logs again", _SOURCE, LIFECYCLE, 99),
)
