"""What changed in a directory since it was read, found without reading all of it.

Active Directory counts its changes, each domain controller for itself (`uSNChanged`, MS-ADTS section 3.1.1.1.9).
Elsewhere an entry says when it was changed (`modifyTimestamp`, RFC 4512 section 3.4.4). Neither tells what was deleted
or moved away: for that all is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from limen.clock import MINUTE, Instant, Milliseconds
from limen.connectors.ldap.connection import Asked
from limen.connectors.ldap.entries import Entry
from limen.connectors.ldap.filters import both
from limen.connectors.ldap.nested_members import IS_GROUP
from limen.connectors.ldap.root_entry import RootEntry
from limen.connectors.ldap.searching import pages
from limen.connectors.ldap.times import instant_of

_WHEN: Final = "modifyTimestamp"
_OVERLAP: Final[Milliseconds] = 5 * MINUTE
"""So far apart the clocks of a directory's servers may be, and so late one may hear of what another changed."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a directory's changes had come: by the count of one domain controller, or by time."""

    server: str = ""
    count: int = 0
    at: Instant = 0

    @property
    def query(self) -> str:
        """The filter for what changed since; something may be found twice."""
        if self.server:
            return f"(uSNChanged>={self.count + 1})"
        since = datetime.fromtimestamp(max(0, self.at - _OVERLAP) / 1_000, UTC)
        return f"({_WHEN}>={since:%Y%m%d%H%M%S}Z)"

    def can_tell(self, root: RootEntry) -> bool:
        """Whether this directory, as it is now, can be asked for what changed since."""
        if self.server:
            return root.server == self.server and root.highest_change >= self.count
        return not root.is_active_directory and self.at > 0


async def position(asked: Asked, root: RootEntry, read: Iterable[Entry]) -> Position:
    """How far it is. `root` was asked before all of `read` was. Raises VendorError."""
    if root.is_active_directory:
        return Position(root.server, root.highest_change)
    latest = _latest(read)
    for context in root.contexts[:1]:
        async for page in pages(asked, context, IS_GROUP, [_WHEN]):
            latest = max(latest, _latest(page.entries))
    return Position(at=latest)


async def have_groups_changed(asked: Asked, root: RootEntry, since: Position) -> bool:
    """Whether any group did, wherever it is, so that who is in which has to be read anew. Raises VendorError."""
    for context in root.contexts[:1]:
        async for page in pages(asked, context, both(IS_GROUP, since.query), ["objectClass"]):
            if page.entries:
                return True
        return False
    return True


def _latest(entries: Iterable[Entry]) -> Instant:
    return max((instant_of(entry, _WHEN) for entry in entries), default=0)
