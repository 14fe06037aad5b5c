"""What happens with the inventory of stores."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, LIFECYCLE, Family, Kind, Owner, Severity, Topic

_FAMILY: Final = Family("Data")
_LIMENS: Final = Topic(_FAMILY, Owner.LIMEN)
_CONNECTED: Final = Topic(_FAMILY, Owner.OFFICE, "Stores of data that you connected", "A store of data you connected")

KINDS: Final = (
    Kind(
        "data.store_failed",
        "A store of data could not be gone through",
        _LIMENS,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind("data.store_back", "A store of data can be gone through again", _LIMENS, LIFECYCLE, 99),
    Kind(
        "data.store_secret_kept",
        "Stored the secret by which Limen gets into a store of data",
        _CONNECTED,
        ENTITY,
        3,
        acknowledged=True,
        shown=("source",),
    ),
)
