"""What comes in pieces: messages, events, uploads that are resumed. Each is looked at with the end of the one before,
so that what is split between two of them is seen when the second one comes.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from limen.clock import HOUR, Clock, Instant
from limen.enforcement.documents.looking import Looked, Looking
from limen.enforcement.documents.spool import END
from limen.enforcement.headers import Fields, first
from limen.facts.passing import Passing

OVERLAP: Final = END
"""So many bytes of the end of a piece are looked at again with the next one."""
MOST_RESUMED: Final = 1_000
RESUMED_FOR: Final = HOUR


class Pieces:
    """What goes one way through one connection."""

    def __init__(self, looking: Looking, passing: Passing, before: bytes = b"") -> None:
        self._looking, self._passing = looking, passing
        self.end = before

    async def look(self, piece: bytes) -> Looked:
        """Look at the next piece, together with the end of those before."""
        looked = await self._looking.text(self._passing, self.end + piece)
        self.end = (self.end + piece)[-OVERLAP:]
        return looked


class ResumedUploads:
    """The ends of the pieces of uploads that are sent by many requests, by whose they are and where they go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: OrderedDict[tuple[str, str, str], tuple[bytes, Instant]] = OrderedDict()

    def before(self, key: tuple[str, str, str]) -> bytes:
        """The end of the piece before."""
        end, until = self._ends.get(key, (b"", 0))
        return end if self._clock.now() < until else b""

    def sent(self, key: tuple[str, str, str], end: bytes) -> None:
        self._ends.pop(key, None)
        self._ends[key] = (end, self._clock.now() + RESUMED_FOR)
        while len(self._ends) > MOST_RESUMED:
            self._ends.popitem(last=False)


def is_a_piece(fields: Fields) -> bool:
    """Whether a request sends one piece of an upload: by Content-Range (RFC 9110 section 14.5), as tus 1.0 does, or as
    the draft on resumable uploads of the HTTP working group.
    """
    return bool(first(fields, b"content-range") or first(fields, b"upload-offset"))
