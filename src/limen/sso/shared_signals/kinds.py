"""What happens to streams of security events."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, Family, Kind, Owner, Severity, Topic

_SIGNALS: Final = Topic(
    Family("Shared signals"), Owner.OFFICE, "Services that are told security events", "A service that is told them"
)
STREAM_CREATED: Final = "signals.stream_created"
STREAM_CHANGED: Final = "signals.stream_changed"
STREAM_ENDED: Final = "signals.stream_ended"
STATUS_CHANGED: Final = "signals.status_changed"
FAILING: Final = "signals.failing"
BACK: Final = "signals.back"
REFUSED: Final = "signals.refused"
LOST: Final = "signals.lost"
LEFT_OUT: Final = "signals.left_out"
TOKEN_MADE: Final = "signals.token_made"  # noqa: S105 -- a kind of event
TOKEN_ENDED: Final = "signals.token_ended"  # noqa: S105 -- the same

KINDS: Final = (
    Kind(
        STREAM_CREATED,
        "A service created a stream of security events",
        _SIGNALS,
        ENTITY,
        1,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("receiver",),
    ),
    Kind(STREAM_CHANGED, "A service changed its stream", _SIGNALS, ENTITY, 3, acknowledged=True, shown=("receiver",)),
    Kind(
        STREAM_ENDED, "A stream of security events ended", _SIGNALS, ENTITY, 4, acknowledged=True, shown=("receiver",)
    ),
    Kind(
        STATUS_CHANGED,
        "A stream was paused, disabled or enabled",
        _SIGNALS,
        ENTITY,
        3,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("receiver", "status"),
    ),
    Kind(
        FAILING,
        "A service does not take its security events",
        _SIGNALS,
        ENTITY,
        99,
        severity=Severity.HIGH,
        shown=("receiver", "error"),
    ),
    Kind(BACK, "A service takes its security events again", _SIGNALS, ENTITY, 99, shown=("receiver",)),
    Kind(
        REFUSED,
        "A service refused a security event, and is not told it again",
        _SIGNALS,
        ENTITY,
        99,
        severity=Severity.HIGH,
        shown=("receiver", "error"),
    ),
    Kind(
        LOST,
        "Security events were given up that a service did not take in time",
        _SIGNALS,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.HIGH,
        shown=("receiver", "number"),
    ),
    Kind(
        LEFT_OUT,
        "A service wants to be told nothing of somebody, or something again",
        _SIGNALS,
        ENTITY,
        3,
        acknowledged=True,
        shown=("receiver", "change"),
    ),
    Kind(
        TOKEN_MADE,
        "Created a token by which a service manages its streams",
        _SIGNALS,
        ENTITY,
        1,
        acknowledged=True,
        shown=("receiver",),
    ),
    Kind(
        TOKEN_ENDED,
        "Ended a token by which a service manages its streams",
        _SIGNALS,
        ENTITY,
        4,
        acknowledged=True,
        shown=("receiver",),
    ),
)
