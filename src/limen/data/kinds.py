"""What is found in what passes, and what people say about it, as events. None holds a found value."""

from __future__ import annotations

from typing import Final

from limen.events.kind import DATA_FINDING, LIFECYCLE, Family, Kind, Owner, Severity, Topic

_FAMILY: Final = Family("Data")
_FOUND: Final = Topic(_FAMILY, Owner.OFFICE, "What was found in your files and mails", "Something found in a file")

FOUND: Final = Kind(
    "data.found",
    "Something was found in what passes",
    _FOUND,
    DATA_FINDING,
    1,
    severity=Severity.LOW,
    shown=("step", "channel", "kinds"),
)
_GOVERNED: Final = Topic(_FAMILY, Owner.OFFICE, "Lists of what must not leave", "A list of what must not leave")
_ALLOWED: Final = Topic(_FAMILY, Owner.OFFICE, "Values that may pass", "A value that may pass")
KINDS: Final = (
    FOUND,
    Kind(
        "data.list_kept",
        "Kept digests of a list that is looked for",
        _GOVERNED,
        LIFECYCLE,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("list", "entries"),
    ),
    Kind(
        "data.list_removed",
        "Removed a list that was looked for",
        _GOVERNED,
        LIFECYCLE,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("list",),
    ),
    Kind(
        "data.value_allowed",
        "Said that values are not what they look like",
        _ALLOWED,
        LIFECYCLE,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("detector", "values", "until"),
    ),
    Kind(
        "data.value_allowed_ended",
        "Ended that values may pass",
        _ALLOWED,
        LIFECYCLE,
        99,
        acknowledged=True,
        shown=("values",),
    ),
)
