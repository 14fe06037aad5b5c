"""Events about searches that are kept under a name."""

from __future__ import annotations

from typing import Final

from limen.events.kind import LIFECYCLE, Family, Kind, Owner, Topic

_SEARCHES: Final = Topic(Family("Monitoring"), Owner.OFFICE, "Searches that you saved", "A search that you saved")

KINDS: Final = (
    Kind("search.saved", "Saved a search", _SEARCHES, LIFECYCLE, 99, acknowledged=True, shown=("name",)),
    Kind("search.removed", "Removed a saved search", _SEARCHES, LIFECYCLE, 99, acknowledged=True, shown=("name",)),
)
