"""What happens to requests for access, and to grants."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ACCOUNT, Family, Kind, Owner, Severity, Topic

_ACCESS: Final = Topic(Family("Temporary access"), Owner.OFFICE, "Your temporary access", "Your temporary access")
_ATTACH: Final = 7
"""OCSF's Account Change: Attach Policy. What takes something away is Detach Policy."""
_DETACH: Final = 8

KINDS: Final = (
    Kind(
        "access.requested",
        "Asked for temporary access",
        _ACCESS,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("app", "actions", "minutes", "flow", "rule"),
        told={"": "Temporary access was asked for in your name"},
    ),
    Kind(
        "access.approved",
        "Approved a request for temporary access",
        _ACCESS,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("app", "actions", "flow", "step"),
        told={"": "Your request for temporary access was approved"},
    ),
    Kind(
        "access.refused",
        "Refused a request for temporary access",
        _ACCESS,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("app", "actions", "flow"),
        told={"": "Your request for temporary access was refused"},
    ),
    Kind("access.withdrawn", "Withdrew a request for temporary access", _ACCESS, ACCOUNT, 99, acknowledged=True),
    Kind(
        "access.escalated",
        "A request for temporary access that nobody answered went to others",
        _ACCESS,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("app", "actions"),
    ),
    Kind(
        "access.granted",
        "Temporary access was granted",
        _ACCESS,
        ACCOUNT,
        _ATTACH,
        acknowledged=True,
        severity=Severity.LOW,
        shown=("app", "actions", "until", "rule"),
        told={"": "You were given temporary access"},
    ),
    Kind(
        "access.extended",
        "Temporary access was extended",
        _ACCESS,
        ACCOUNT,
        _ATTACH,
        acknowledged=True,
        severity=Severity.LOW,
        shown=("app", "actions", "until", "rule"),
        told={"": "Your temporary access was extended"},
    ),
    Kind(
        "access.ended",
        "Temporary access was ended before its time",
        _ACCESS,
        ACCOUNT,
        _DETACH,
        acknowledged=True,
        shown=("app", "actions", "why"),
        told={"": "Your temporary access was ended"},
    ),
    Kind(
        "access.expired",
        "Temporary access, or a request for it, is over",
        _ACCESS,
        ACCOUNT,
        _DETACH,
        acknowledged=True,
        shown=("app", "actions", "flow", "what"),
        told={"what=grant": "Your temporary access is over", "what=request": "Nobody answered your request for access"},
    ),
    Kind(
        "access.denied",
        "Somebody tried to decide a request for access that is not theirs to decide",
        _ACCESS,
        ACCOUNT,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("app",),
    ),
)
