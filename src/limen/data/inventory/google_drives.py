"""A person's drive or a shared drive of Google, walked through once as a whole, and then by what changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import msgspec

from limen.connectors.google.drive import FOLDER, DriveFile, GoogleDrive, Permission
from limen.connectors.vendor_client import VendorError
from limen.data.documents import WhyNot
from limen.data.inventory.microsoft_drives import FORBIDDEN, GONE, NO_MORE
from limen.data.inventory.model import Batch, Evidence, Gone, Item, StartAgainError, Unreadable
from limen.data.inventory.sharing import shared_with

_BAD: Final = 400
"""How a token that is too old is refused, too."""


class _Cursor(msgspec.Struct):
    """`begin`: where changes are told from once everything was listed. `page`: of the list, "" in changes."""

    begin: str
    page: str = ""


class GoogleWalker:
    """`domains` are the company's."""

    def __init__(self, drive: GoogleDrive, domains: tuple[str, ...]) -> None:
        self._drive = drive
        self._domains = domains
        self._files: dict[str, DriveFile] = {}
        self._of_drive: tuple[Permission, ...] | None = None

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        at = msgspec.json.decode(cursor, type=_Cursor) if cursor else _Cursor(await self._drive.begin())
        try:
            if not cursor or at.page:
                async for batch in self._listed(at):
                    yield batch
            else:
                async for batch in self._changed(at.begin):
                    yield batch
        except VendorError as error:
            if cursor and error.status in {NO_MORE, _BAD}:
                raise StartAgainError from None
            raise

    async def body(self, item: Item) -> AsyncIterator[bytes]:
        file = self._files.get(item.key)
        if file is None:
            raise Gone
        if file.is_kept_back:
            raise Unreadable(WhyNot.UNKNOWN_KIND)
        try:
            async for piece in self._drive.content(file):
                yield piece
        except VendorError as error:
            if error.status in GONE:
                raise Gone from None
            if error.status in FORBIDDEN:
                raise Unreadable from None
            raise

    async def evidence(self) -> Evidence:
        """Nothing: Google says that it encrypts, and shows no proof."""
        return Evidence(is_transit_encrypted=True)

    async def _listed(self, at: _Cursor) -> AsyncIterator[Batch]:
        token = at.page
        while True:
            page = await self._drive.files(token)
            token = page.token
            yield Batch(await self._items(page.files), msgspec.json.encode(_Cursor(at.begin, token)).decode())
            if not token:
                return

    async def _changed(self, token: str) -> AsyncIterator[Batch]:
        while True:
            page = await self._drive.changes(token)
            token = page.token or page.begin
            yield Batch(await self._items(page.files), msgspec.json.encode(_Cursor(token)).decode(), page.gone)
            if page.begin:
                return

    async def _items(self, files: tuple[DriveFile, ...]) -> tuple[Item, ...]:
        found = [one for one in files if one.mime != FOLDER]
        self._files = {one.id: one for one in found}
        return tuple([await self._item(one) for one in found])

    async def _item(self, one: DriveFile) -> Item:
        permissions = await self._permissions(one)
        kinds = {each.kind for each in permissions}
        audience, domains = shared_with(
            [each.who for each in permissions if each.kind in {"user", "group"}],
            [each.who for each in permissions if each.kind == "domain"],
            self._domains,
            anyone="anyone" in kinds,
            company=False,
        )
        folder = await self._drive.folder(one.parent)
        return Item(
            key=one.id,
            path=f"{folder}/{one.name}" if folder else one.name,
            size=one.size,
            changed_at=one.changed_at,
            etag=one.version,
            accessed_at=one.viewed_at,
            owner=one.owner,
            audience=audience,
            domains=domains,
        )

    async def _permissions(self, one: DriveFile) -> tuple[Permission, ...]:
        if one.permissions is not None:
            return one.permissions
        if one.is_shared_apart:
            return await self._drive.permissions(one.id)
        self._of_drive = self._of_drive or await self._drive.permissions(self._drive.shared)
        return self._of_drive
