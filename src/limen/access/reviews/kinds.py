"""What happens in reviews of access."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ACCOUNT, Family, Kind, Owner, Severity, Topic

_REVIEW: Final = Topic(Family("Access reviews"), Owner.OFFICE, "Reviews of your access", "Reviews of your access")
_DETACH: Final = 8
"""OCSF's Account Change: Detach Policy. What gives something back is Attach Policy."""
_ATTACH: Final = 7

KINDS: Final = (
    Kind("review.started", "A review of access began", _REVIEW, ACCOUNT, 99, acknowledged=True, shown=("name", "rows")),
    Kind(
        "review.failed",
        "A review of access that is due could not begin",
        _REVIEW,
        ACCOUNT,
        99,
        severity=Severity.HIGH,
        shown=("name", "slot"),
    ),
    Kind(
        "review.escalated",
        "A review of access that is not done went to others",
        _REVIEW,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("name", "rows"),
    ),
    Kind(
        "review.decided",
        "Decided about access in a review",
        _REVIEW,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("app", "way", "by", "verdict", "effect"),
        told={"": "Your access was reviewed"},
    ),
    Kind(
        "review.removed",
        "Access was removed in a review",
        _REVIEW,
        ACCOUNT,
        _DETACH,
        acknowledged=True,
        severity=Severity.LOW,
        shown=("app", "way", "by", "verdict"),
        told={"": "Access of yours was removed in a review"},
    ),
    Kind(
        "review.undone",
        "A decision of a review was undone",
        _REVIEW,
        ACCOUNT,
        _ATTACH,
        acknowledged=True,
        severity=Severity.LOW,
        shown=("app", "way", "by", "verdict"),
        told={"": "A decision about your access was undone"},
    ),
    Kind(
        "review.denied",
        "Somebody tried to decide what is not theirs to decide in a review",
        _REVIEW,
        ACCOUNT,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("app", "way", "by"),
    ),
    Kind(
        "review.closed",
        "A review of access was closed",
        _REVIEW,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("name", "rows", "decided", "removed"),
    ),
    Kind(
        "review.exported",
        "The evidence of a review was taken out",
        _REVIEW,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("name", "form"),
    ),
)
