"""The nouns of sharing links: whom one lets at a document, and what became of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.clock import DAY, HOUR, Instant, Milliseconds
from limen.data.inventory.model import MOST_DOMAINS, Audience, StoreKind

ANYONE: Final = "anyone"
"""Stands for everybody who has the address, where those outside are named. It is nobody's domain."""
STANDS_FOR: Final[Milliseconds] = DAY
"""So long a link stands of which somebody was told that it needs a reason."""
REMEMBERED_FOR: Final[Milliseconds] = 30 * DAY
"""So long it is known of a link that was taken away: whoever makes it again is not told a second time; and so long
somebody's reason holds for the document as it is.
"""
AGAIN_AFTER: Final[Milliseconds] = HOUR
"""What could not be taken away is tried again after so long."""
CLOUDS: Final = frozenset({StoreKind.MICROSOFT365, StoreKind.GOOGLE_DRIVE})
"""The kinds of stores that tell of links."""
NEEDS: Final = {
    StoreKind.MICROSOFT365: "Files.ReadWrite.All, Sites.ReadWrite.All",
    StoreKind.GOOGLE_DRIVE: "https://www.googleapis.com/auth/drive",
}
"""The right that Limen needs at each to take a link away."""


class LinkState(StrEnum):
    """What became of a link."""

    STOOD = "stood"
    """It was there before Limen looked first, and was not judged."""
    PASSES = "passes"
    """By the rules, or because the document was said to be not sensitive."""
    WAITS = "waits"
    """It stands until its end, or until somebody says why it may."""
    JUSTIFIED = "justified"
    STANDS = "stands"
    """It is to be taken away, and could not be so far."""
    REMOVED = "removed"
    AGAIN = "again"
    """It is to be judged at the next look."""


class Why(StrEnum):
    """Why a link may not stand."""

    STOPPED = "stopped"
    """A rule says so."""
    QUARANTINED = "quarantined"
    """A rule says so, and that nobody else outside may have the document."""
    UNJUSTIFIED = "unjustified"
    """Nobody said in time why it may."""


class Cannot(StrEnum):
    """Why a link that may not stand could not be taken away."""

    NO_RIGHT = "no-right"
    """The company lets Limen read, and take nothing away."""
    OF_DRIVE = "of-drive"
    """It comes with being let into a whole drive, which is nothing that one document decides."""
    REFUSED = "refused"
    """The vendor does not do it, or says that it did and has not."""


@dataclass(frozen=True, slots=True)
class Given:
    """Whom one permission lets at a document who is more than the people it is meant for: its widest audience, and the
    domains outside. `outside` are addresses and domains as rules know them. `at`: the key of the item of which it has
    to be taken away, "" where that can't be.
    """

    permission: str
    at: str
    audience: Audience
    domains: tuple[str, ...] = ()
    outside: frozenset[str] = frozenset()
    by: str = ""


@dataclass(frozen=True, slots=True)
class KeptLink:
    """A link as it is kept. `key` is what its store knows the document by, `item` the same in a fixed length, `name`
    what people know it by. `person_id` made it; "" where nobody of the company could be told by what the vendor says.
    `event` says how it was judged, of `digest` (b"": not known). `made_at`: when Limen learned of it, or took it away.
    `due_at`: when it ends, or is tried again; 0 never.
    """

    id: str
    store: str
    key: str
    item: str
    permission: str
    at: str
    name: str
    version: str
    audience: Audience
    domains: tuple[str, ...] = ()
    person_id: str = ""
    event: str = ""
    digest: bytes = b""
    state: LinkState = LinkState.STOOD
    why: str = ""
    cannot: str = ""
    made_at: Instant = 0
    due_at: Instant = 0

    def covers(self, given: Given) -> bool:
        """Whether what this one lets in is no less than that."""
        are_all_named = len(given.domains) < MOST_DOMAINS
        return given.audience <= self.audience and are_all_named and set(given.domains) <= set(self.domains)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to be judged while the document is as it was."""
        return self.state not in {LinkState.REMOVED, LinkState.AGAIN}
