"""Looking into a document that is shared, or into those of a folder, bounded in number, depth, size and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from limen.connectors.sharing import SharedItem, SharingDrive
from limen.connectors.vendor_client import VendorError
from limen.data.documents import Inspected, WhyNot
from limen.data.doors.judging import Protection, together
from limen.data.inventory.taking import LARGEST

LOOK_SECONDS: Final = 90.0
MOST_BELOW: Final = 200
"""So many documents of a folder are looked into."""
MOST_FOLDERS: Final = 100
_GONE: Final = frozenset({404, 410, 412, 416})
_NONSENSE: Final = frozenset({"garbage", "redirects", "off-limits"})
_OTHERWISE: Final = _GONE | {401, 408, 425, 429}
"""It is gone, or it is about who asks, or how often."""


async def look_into(drive: SharingDrive, protection: Protection, item: SharedItem) -> Inspected:
    """What is in it. Raises VendorError where the vendor does not answer: then nothing can be said of it."""
    if not item.is_folder:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await _document(drive, protection, item)
        except TimeoutError:
            return _unread(WhyNot.TIMED_OUT)
    seen: list[tuple[str, Inspected]] = []
    unread: set[WhyNot] = set()
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            async for below in _below(drive, item.key, unread):
                try:
                    seen.append((below.name[:255], await _document(drive, protection, below)))
                except VendorError as error:
                    if error.status not in _GONE:
                        raise
    except TimeoutError:
        unread.add(WhyNot.TIMED_OUT)
    except VendorError as error:
        if not is_about_the_item(error):
            raise
        unread.add(WhyNot.FAILED)
    if not seen:
        return Inspected("", why_not=frozenset(unread))
    return replace(together(seen, unread), digest=b"")  # what is said of one document is not said of its folder


async def _below(drive: SharingDrive, folder: str, unread: set[WhyNot]) -> AsyncIterator[SharedItem]:
    """The documents in a folder and those below it; `unread` is told where there are more."""
    folders, seen, documents = [folder], {folder}, 0
    while folders:
        async for one in drive.within(folders.pop()):
            if one.is_folder:
                if len(seen) > MOST_FOLDERS:
                    unread.add(WhyNot.TOO_MANY)
                elif one.key not in seen:
                    seen.add(one.key)
                    folders.append(one.key)
                continue
            documents += 1
            if documents > MOST_BELOW:
                unread.add(WhyNot.TOO_MANY)
                return
            yield one


async def _document(drive: SharingDrive, protection: Protection, item: SharedItem) -> Inspected:
    if item.size > LARGEST:
        return _unread(WhyNot.TOO_LARGE)
    body = _Body(drive, item)
    try:
        inspected = await protection.inspect(body.pieces(), item.name[:255], item.by or item.key)
    except VendorError:
        inspected = _unread(WhyNot.FAILED)
    if body.wrong is None:
        return inspected
    if body.wrong.word == "too-much":
        return _unread(WhyNot.TOO_LARGE)
    if is_about_the_item(body.wrong):
        return _unread(WhyNot.FAILED)
    raise body.wrong


def is_about_the_item(error: VendorError) -> bool:
    """Whether a vendor refuses this one thing, or answers nonsense about it: asked again it would do the same."""
    if error.word == "throttled":  # with a status of 403, too
        return False
    return error.word in _NONSENSE or (400 <= error.status < 500 and error.status not in _OTHERWISE)


class _Body:
    """What is in a document, and what went wrong while it was read: whoever looks into it keeps that to themselves."""

    def __init__(self, drive: SharingDrive, item: SharedItem) -> None:
        self._drive, self._item = drive, item
        self.wrong: VendorError | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        read = 0
        try:
            async for piece in self._drive.content(self._item):
                read += len(piece)
                if read > LARGEST:
                    self.wrong = VendorError("too-much")
                    return
                yield piece
        except VendorError as wrong:
            self.wrong = wrong
            raise


def _unread(why: WhyNot) -> Inspected:
    return Inspected("", why_not=frozenset({why}))
