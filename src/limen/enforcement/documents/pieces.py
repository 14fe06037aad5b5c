"""What comes in pieces: messages, events, uploads that are resumed. Each is looked at with the end of the one before,
so that what is split between two of them is seen when the second one comes.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import Final

from limen.clock import HOUR, Clock, Instant
from limen.enforcement.documents.edges import Edges
from limen.enforcement.documents.looking import Looked, Looking
from limen.enforcement.headers import Fields, first
from limen.facts.passing import Passing

MOST_RESUMED: Final = 1_000
"""Of so many people and apps ends are kept,"""
MOST_OF_ONE: Final = 32
"""and of each so many documents."""
OVERLAP: Final = 1_024
"""So many bytes of the end of a piece are looked at again with the next one."""
RESUMED_FOR: Final = HOUR


class Pieces:
    """What goes one way through one connection."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self.end = b""

    async def look(self, passing: Passing, piece: bytes) -> Looked:
        """Look at the next piece: at itself, as it may be a document, and at where it meets those before."""
        looked = await self._looking.text(passing, piece)
        if self.end:
            seam = await self._looking.seam(passing, self.end + piece[:OVERLAP])
            if seam.inspected.where or seam.inspected.why_not:
                looked = self._looking.as_one([looked, seam])
        self.passed(piece)
        return looked

    def passed(self, piece: bytes) -> None:
        """The next piece is this; nobody asks what is in it."""
        self.end = (self.end[-OVERLAP:] + piece[-OVERLAP:])[-OVERLAP:]


class ResumedUploads:
    """How the last documents began and ended that somebody sent to an app in pieces. Where a piece goes, in which
    session and in which order is up to the sender: so each is looked at beside all of these.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: OrderedDict[tuple[str, str], deque[tuple[Edges, Instant]]] = OrderedDict()

    def before(self, person: str, app: str) -> list[Edges]:
        """The edges of the pieces before."""
        now = self._clock.now()
        return [edges for edges, until in self._sent.get((person, app), ()) if now < until]

    def sent(self, person: str, app: str, edges: Iterable[Edges]) -> None:
        """A piece with these documents was passed on. A short one is the end of the piece before as well."""
        own = self._sent.pop((person, app), deque(maxlen=MOST_OF_ONE))
        self._sent[person, app] = own
        last = own[-1][0] if own else Edges()
        own.extend((last.then(one), self._clock.now() + RESUMED_FOR) for one in list(edges))
        while len(self._sent) > MOST_RESUMED:
            self._sent.popitem(last=False)


def is_a_piece(method: str, target: str, fields: Fields) -> bool:
    """Whether a request may send one piece of an upload: by Content-Range (RFC 9110 section 14.5), as tus 1.0 does, as
    the draft on resumable uploads of the HTTP working group, or as files are put at an address (S3, WebDAV).
    """
    is_said = first(fields, b"content-range") or first(fields, b"upload-offset")
    return bool(is_said) or method in {"PUT", "PATCH"} or "partNumber=" in target.partition("?")[2]
