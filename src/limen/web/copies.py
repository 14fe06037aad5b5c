"""A copy of a person's data as a download: made in a file that has no name, one at a time, and sent as it is read."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import IO, Final

from starlette.responses import Response, StreamingResponse

from limen.privacy.export import write_copy
from limen.web.site import Resident, Site

_PIECE: Final = 1 << 16
_one_at_a_time: Final = asyncio.Semaphore(1)


async def copy_for(site: Site, resident: Resident, person_id: str) -> Response:
    """The zip file as a response. Raises NobodyError."""
    ports = site.ports
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when it was sent
    try:
        async with _one_at_a_time:
            await site.in_thread(
                lambda: write_copy(
                    file,
                    ports.database,
                    ports.journal.reader,
                    person_id,
                    resident.now,
                    company=ports.settings.name,
                    by=resident.person.id,
                )
            )
        await ports.journal.settled()  # nobody has a copy that the journal does not know of
    except BaseException:
        file.close()
        raise
    length = file.tell()
    file.seek(0)
    headers = {"content-disposition": 'attachment; filename="limen-copy.zip"', "content-length": str(length)}
    return StreamingResponse(_sent(file), media_type="application/zip", headers=headers)


async def _sent(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
    finally:
        file.close()
