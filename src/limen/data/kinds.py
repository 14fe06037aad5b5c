"""What is found in what passes, and what people say about it, as events. None holds a found value."""

from __future__ import annotations

from typing import Final

from limen.events.kind import DATA_FINDING, Family, Kind, Owner, Severity, Topic

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
KINDS: Final = (FOUND,)
