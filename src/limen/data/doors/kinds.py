"""What happens on shares, as events."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, Family, Kind, Owner, Severity, Topic

_FAMILY: Final = Family("Data")
MASS_RENAMING: Final = Kind(
    "data.mass_renaming",
    "Many files of a share were made unreadable within a minute",
    Topic(_FAMILY, Owner.OFFICE, "Files that were made unreadable in your name", "Files made unreadable"),
    ENTITY,
    99,
    acknowledged=True,
    severity=Severity.CRITICAL,
    shown=("share", "files"),
)
RELEASED: Final = Kind(
    "data.quarantine_released",
    "Put a file back that was taken out of a share",
    Topic(_FAMILY, Owner.OFFICE, "Files that you put back", "A file that you put back"),
    ENTITY,
    99,
    acknowledged=True,
    severity=Severity.MEDIUM,
    shown=("share",),
)
NOT_TAKEN: Final = Kind(
    "data.share_not_cleared",
    "A file that may not lie on a share could not be taken away",
    Topic(_FAMILY, Owner.OFFICE, "Files that could not be taken from a share", "A file that stays on a share"),
    ENTITY,
    99,
    severity=Severity.HIGH,
    shown=("share", "why"),
)
KINDS: Final = (MASS_RENAMING, RELEASED, NOT_TAKEN)
