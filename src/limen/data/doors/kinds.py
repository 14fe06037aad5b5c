"""What happens on shares, as events."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, LIFECYCLE, Family, Kind, Owner, Severity, Topic

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
DELETED: Final = Kind(
    "data.quarantine_deleted",
    "Deleted a file for good that was taken out of a share",
    Topic(_FAMILY, Owner.OFFICE, "Files that you deleted for good", "A file that you deleted for good"),
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
_LIMENS: Final = Topic(_FAMILY, Owner.LIMEN)
FAILED: Final = Kind(
    "data.entry_point_failed",
    "An entry point of data is not open, or a share is not watched",
    _LIMENS,
    LIFECYCLE,
    99,
    severity=Severity.HIGH,
)
BACK: Final = Kind("data.entry_point_back", "An entry point of data is open again", _LIMENS, LIFECYCLE, 99)
KINDS: Final = (MASS_RENAMING, RELEASED, DELETED, NOT_TAKEN, FAILED, BACK)
