"""Drives of a site or a person of Microsoft 365, walked through by what changed in each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import msgspec

from limen.connectors.microsoft.drives import Document, Drives
from limen.connectors.vendor_client import VendorError
from limen.data.inventory.model import Audience, Batch, Evidence, Gone, Item, StartAgainError, Unreadable
from limen.data.inventory.sharing import shared_with

NO_MORE: Final = 410
GONE: Final = frozenset({404, 412, 416})
FORBIDDEN: Final = frozenset({403, 423})


class _Cursor(msgspec.Struct):
    """`links`: by drive, from where it goes on. `left`: the drives that this walk still has to go through."""

    links: dict[str, str] = {}
    left: list[str] = []


class MicrosoftWalker:
    """`domains` are the company's."""

    def __init__(self, drives: Drives, where: str, domains: tuple[str, ...]) -> None:
        self._drives = drives
        self._where = where
        self._domains = domains

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        at = msgspec.json.decode(cursor, type=_Cursor) if cursor else _Cursor()
        if not at.left:
            at.left = await self._drives.drives(self._where)
            if cursor and at.links.keys() != set(at.left):
                raise StartAgainError  # another drive, or one that is gone with all that was in it
        while at.left:
            drive = at.left[0]
            try:
                changes = await self._drives.changes(drive, at.links.get(drive, ""))
            except VendorError as error:
                if error.status == NO_MORE:
                    raise StartAgainError from None
                raise
            at.links[drive] = changes.link
            if changes.is_last:
                at.left.pop(0)
            items = [await self._item(drive, one) for one in changes.documents]
            gone = tuple(f"{drive}/{one}" for one in changes.gone)
            yield Batch(tuple(items), msgspec.json.encode(at).decode(), gone)

    async def body(self, item: Item) -> AsyncIterator[bytes]:
        drive, _, document = item.key.partition("/")
        try:
            async for piece in self._drives.content(drive, document, item.size):
                yield piece
        except VendorError as error:
            if error.status in GONE:
                raise Gone from None
            if error.status in FORBIDDEN:
                raise Unreadable from None
            raise

    async def evidence(self) -> Evidence:
        """Nothing: Microsoft says that it encrypts, and shows no proof."""
        return Evidence(is_transit_encrypted=True)

    async def _item(self, drive: str, one: Document) -> Item:
        audience, domains = await self._shared(drive, one)
        folder = await self._drives.folder(drive, one.parent)
        return Item(
            key=f"{drive}/{one.id}",
            path=f"{folder}/{one.name}" if folder else one.name,
            size=one.size,
            changed_at=one.changed_at,
            etag=one.version,
            owner=one.author.casefold(),
            audience=audience,
            domains=domains,
        )

    async def _shared(self, drive: str, one: Document) -> tuple[Audience, tuple[str, ...]]:
        """Only where the page says that it is shared is asked with whom."""
        if not one.scope:
            return Audience.NAMED, ()
        try:
            told = await self._drives.shared(drive, one.id)
        except VendorError as error:
            if error.status not in GONE | FORBIDDEN:
                raise
            return (Audience.ANYONE if one.scope == "anonymous" else Audience.OUTSIDE), ("unknown",)
        scopes = {one.scope, told.scope}
        return shared_with(
            told.addresses, (), self._domains, anyone="anonymous" in scopes, company="organization" in scopes
        )
