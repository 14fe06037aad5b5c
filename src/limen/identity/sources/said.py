"""What became of people, and why records wait, in words for administrators."""

from __future__ import annotations

from typing import Final

from limen.identity.sources.model import Did, Waits

COUNTS: Final[dict[str, str]] = {
    Did.ADDED: "added",
    Did.ADOPTED: "taken over",
    Did.CHANGED: "changed",
    Did.ENDED: "deactivated",
    Did.RETURNED: "reactivated",
    Did.UNCHANGED: "unchanged",
    Did.WAITS: "to look at",
    Did.HELD: "held",
    Did.NOTHING: "not taken in",
}
WAITS: Final[dict[str, str]] = {
    Waits.ADDRESS_TAKEN: "someone here has this address",
    Waits.UNFIT: "the name or the address is not valid",
    Waits.OTHER_DOMAIN: "the source doesn't speak for this domain",
    Waits.DEACTIVATED_HERE: "they were deactivated here, and the source says they are active",
    Waits.HAS_ROLE: "they have a role in Limen, and the source may not change this",
    Waits.LAST_ADMINISTRATOR: "without them nobody could administer Limen",
    Waits.FIRST_DAY_UNREAD: "their first day can't be read: correct it at the source",
    Waits.LAST_DAY_UNREAD: "their last day can't be read: correct it at the source",
    Waits.IGNORED: "set aside",
}
