"""What an administrator has just changed and could take back: kept in memory for some minutes, for them alone.

Never in an address: a link that somebody else made must not fill in what "Undo" sends.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from limen.clock import MINUTE, Instant

KEPT_MS: Final = 10 * MINUTE
MOST_KEPT: Final = 200


class Undo:
    """The groups that people were in before their last change, by the session that changed them."""

    def __init__(self) -> None:
        self._before: OrderedDict[tuple[str, str], tuple[frozenset[str], Instant]] = OrderedDict()

    def remember(self, session_id: str, person_id: str, groups: frozenset[str], now: Instant) -> None:
        self._before.pop((session_id, person_id), None)
        self._before[session_id, person_id] = (groups, now)
        while len(self._before) > MOST_KEPT:
            self._before.popitem(last=False)

    def groups(self, session_id: str, person_id: str, now: Instant) -> frozenset[str] | None:
        """What they were in before; None where nothing was changed lately."""
        groups, at = self._before.get((session_id, person_id), (frozenset[str](), -KEPT_MS))
        return groups if now - at < KEPT_MS else None
