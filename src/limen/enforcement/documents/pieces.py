"""What comes in pieces: messages, events, uploads that are resumed. Each is looked at with the end of the one before,
so that what is split between two of them is seen when the second one comes.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from limen.clock import HOUR, Instant
from limen.enforcement.documents.edges import Edges
from limen.enforcement.documents.looking import Looked, Looking
from limen.enforcement.headers import Fields, first
from limen.facts.passing import Passing
from limen.storage.kept_briefly import KeptBriefly, Rows, Shelf

MOST_RESUMED: Final = 1_000
"""Of so many people and apps ends are kept,"""
MOST_OF_ONE: Final = 32
"""and of each so many documents."""
OVERLAP: Final = 1_024
"""So many bytes of the end of a piece are looked at again with the next one."""
RESUMED_FOR: Final = HOUR
_SHELF: Final = Shelf("resumed uploads", MOST_RESUMED)


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
    session, at which worker and in which order is up to the sender: so each is looked at beside all of these. They are
    kept for all workers, encrypted; `key` hides in the database whose they are.
    """

    def __init__(self, kept: KeptBriefly, key: bytes) -> None:
        self._kept = kept
        self._key = key

    async def before(self, person: str, app: str) -> list[Edges]:
        """The edges of the pieces before. Raises StorageError: nobody can tell then what was cut in two."""
        name = self._name(person, app)
        return [edges for _, edges in await self._kept.do(lambda rows: _read(rows, name))]

    async def sent(self, person: str, app: str, edges: Iterable[Edges], before: Sequence[Edges] = ()) -> list[Edges]:
        """A piece with these documents is passed on. A short one is the end of the piece before as well. Gives what
        came since `before` was looked at: another piece that was on its way at once. Raises StorageError.
        """
        name, new = self._name(person, app), list(edges)
        looked_at = {(one.begin, one.end) for one in before}

        def work(rows: Rows) -> list[Edges]:
            rows.hold(_SHELF, name)
            known = _read(rows, name)
            last = known[-1][1] if known else Edges()
            until = rows.now + RESUMED_FOR
            all_of_it = [*known, *((until, last.then(one)) for one in new)][-MOST_OF_ONE:]
            written = [(until, one.begin, one.end) for until, one in all_of_it]
            rows.put(_SHELF, name, msgspec.msgpack.encode(written), until)
            return [one for _, one in known if (one.begin, one.end) not in looked_at]

        return await self._kept.do(work) if new else []

    def _name(self, person: str, app: str) -> bytes:
        said = msgspec.json.encode((person, app))
        return hmac.digest(self._key, b"limen resumed uploads\0" + said, "sha256")


def _read(rows: Rows, name: bytes) -> list[tuple[Instant, Edges]]:
    found = rows.look(_SHELF, name)
    written = [] if found is None else msgspec.msgpack.decode(found.data, type=list[tuple[Instant, bytes, bytes]])
    return [(until, Edges(begin, end)) for until, begin, end in written if rows.now < until]


def is_a_piece(method: str, target: str, fields: Fields) -> bool:
    """Whether a request may send one piece of an upload: by Content-Range (RFC 9110 section 14.5), as tus 1.0 does, as
    the draft on resumable uploads of the HTTP working group, or as files are put at an address (S3, WebDAV).
    """
    is_said = first(fields, b"content-range") or first(fields, b"upload-offset")
    return bool(is_said) or method in {"PUT", "PATCH"} or "partNumber=" in target.partition("?")[2]
