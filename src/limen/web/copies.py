"""A copy of a person's data as a download: made in a file that has no name, one at a time, and sent as it is read.

Each file takes room on the disk until it was sent, so whoever asks has one at a time, there are few in all, and a
reader who takes too long is left.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import IO, Final

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from limen.privacy.export import write_copy
from limen.web.requests import TooManyAtOnceError
from limen.web.site import Site
from limen.web.visit import SignedInVisit

MOST_AT_ONCE: Final = 8
LONGEST_SECONDS: Final = 300.0
"""How long sending one may take."""
_PIECE: Final = 1 << 16
_one_at_a_time: Final = asyncio.Semaphore(1)
_held_by: Final = set[str]()
"""Who has a copy that is being made or sent, by their ids."""


async def copy_for(site: Site, visit: SignedInVisit, person_id: str) -> Response:
    """The zip file as a response. Raises NobodyError, TooManyAtOnceError."""
    ports, asker = site.ports, visit.person.id
    if asker in _held_by or len(_held_by) >= MOST_AT_ONCE:
        raise TooManyAtOnceError
    _held_by.add(asker)
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when it was sent
    except BaseException:
        _held_by.discard(asker)
        raise
    try:
        async with _one_at_a_time:
            await site.in_thread(
                lambda: write_copy(
                    file,
                    ports.database,
                    ports.journal.reader,
                    person_id,
                    visit.now,
                    company=ports.settings.name,
                    by=asker,
                )
            )
        await ports.journal.settled()  # nobody has a copy that the journal does not know of
    except BaseException:
        _held_by.discard(asker)
        file.close()
        raise
    return _Copy(file, asker)


class _Copy(StreamingResponse):
    """Sends the file, and lets go of it whether all of it was taken, the reader left, or the time is over."""

    def __init__(self, file: IO[bytes], asker: str) -> None:
        length = file.tell()
        file.seek(0)
        headers = {"content-disposition": 'attachment; filename="limen-copy.zip"', "content-length": str(length)}
        super().__init__(_pieces(file), media_type="application/zip", headers=headers)
        self._file = file
        self._asker = asker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with suppress(TimeoutError):  # the server closes a connection whose answer was left unfinished
                async with asyncio.timeout(LONGEST_SECONDS):
                    await super().__call__(scope, receive, send)
        finally:
            _held_by.discard(self._asker)
            self._file.close()


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece
