"""What happens with sharing links of cloud drives, as events. None names a document or an address."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, LIFECYCLE, Family, Kind, Owner, Severity, Topic

_FAMILY: Final = Family("Data")
_LINKS: Final = Topic(_FAMILY, Owner.OFFICE, "Links that you made to documents", "A link to a document")
_LIMENS: Final = Topic(_FAMILY, Owner.LIMEN)
REMOVED: Final = Kind(
    "data.link_removed",
    "Took a sharing link of a document away",
    _LINKS,
    ENTITY,
    4,
    severity=Severity.MEDIUM,
    shown=("store", "why"),
)
STANDS: Final = Kind(
    "data.link_stands",
    "A sharing link that may not stand could not be taken away",
    _LINKS,
    ENTITY,
    99,
    severity=Severity.HIGH,
    shown=("store", "why", "needs"),
)
JUSTIFIED: Final = Kind("data.link_justified", "Said why a sharing link may stand", _LINKS, ENTITY, 3, shown=("store",))
FAILED: Final = Kind(
    "data.links_failed",
    "Links of a cloud drive could not be looked for",
    _LIMENS,
    LIFECYCLE,
    99,
    severity=Severity.HIGH,
)
BACK: Final = Kind("data.links_back", "Links of a cloud drive can be looked for again", _LIMENS, LIFECYCLE, 99)
KINDS: Final = (REMOVED, STANDS, JUSTIFIED, FAILED, BACK)
