"""Who is let at documents of Google Drive: what changed, the permissions of an item, and their end.

Google names nobody who gave a permission. Of a person's drive the owner counts as that; of a shared drive, nobody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen.connectors.google.drive import FOLDER, DriveFile, GoogleDrive, checked_id, name_of
from limen.connectors.sharing import (
    MOST_PERMISSIONS,
    NOBODY_KNOWN,
    Scope,
    SharedItem,
    SharingPage,
    SharingPermission,
    address_in,
    digest_of,
    domain_in,
    permission_id,
)
from limen.connectors.vendor_client import SENT, VendorError, bearer, listed, text_in

_FILE: Final = "id,name,mimeType,parents,size,md5Checksum,version,trashed,shared,driveId,owners(emailAddress)"
_PERMISSION: Final = "id,type,emailAddress,domain,deleted,permissionDetails(permissionType,inherited,inheritedFrom)"
_PER_PAGE: Final = 200
_MOST_PAGES: Final = 50
_LISTING: Final = "list:"
"""How a cursor begins that goes through everything."""
_BAD: Final = 400
"""How a token that is too old is refused, too."""


@dataclass(frozen=True, slots=True)
class GoogleSharing:
    """Of one drive. `owner` is the address of the person whose it is, "" for a shared drive."""

    drive: GoogleDrive
    owner: str = ""

    async def begin(self) -> str:
        return await self.drive.begin()

    async def page(self, cursor: str) -> SharingPage:
        if cursor and not cursor.startswith(_LISTING):
            return await self._changes(cursor)
        return await self._everything(cursor.removeprefix(_LISTING))

    async def item(self, key: str) -> SharedItem:
        told = await self._get(f"/drive/v3/files/{checked_id(key)}", [("fields", _FILE), ("supportsAllDrives", "true")])
        if told.get("trashed") is True:
            raise VendorError("refused", 404)
        return self._item(told)

    async def permissions(self, item: SharedItem) -> tuple[SharingPermission, ...]:
        found: list[dict[str, Any]] = []
        token = ""
        for _ in range(_MOST_PAGES):
            query = [("supportsAllDrives", "true"), ("fields", f"nextPageToken,permissions({_PERMISSION})")]
            query += [("pageSize", "100"), *([("pageToken", token)] if token else [])]
            page = await self._get(f"/drive/v3/files/{checked_id(item.key)}/permissions", query)
            found += listed(page, "permissions") if "permissions" in page else []
            token = text_in(page, "nextPageToken", 2_000) if page.get("nextPageToken") else ""
            if not token:
                made = (_permission(one, item, self.drive.shared) for one in found if one.get("deleted") is not True)
                return tuple(one for one in made if not self.owner or one.people != {self.owner})
            if len(found) > MOST_PERMISSIONS:
                break
        return (SharingPermission(NOBODY_KNOWN, Scope.ANYONE, by=item.by),)

    async def within(self, folder: str) -> AsyncIterator[SharedItem]:
        token = ""
        for _ in range(_MOST_PAGES):
            query = [("q", f"'{checked_id(folder)}' in parents and trashed = false"), *self._of_all(token)]
            page = await self._get("/drive/v3/files", [*query, ("fields", f"nextPageToken,files({_FILE})")])
            for one in listed(page, "files") if "files" in page else []:
                yield self._item(one)
            token = text_in(page, "nextPageToken", 2_000) if page.get("nextPageToken") else ""
            if not token:
                return
        raise VendorError("too-much")

    async def content(self, item: SharedItem) -> AsyncIterator[bytes]:
        file = DriveFile(item.key, item.name, item.mime, size=item.size)
        if file.is_kept_back:
            raise VendorError("refused", 403)
        async for piece in self.drive.content(file):
            yield piece

    async def remove(self, key: str, permission: str) -> None:
        path = f"/drive/v3/files/{checked_id(key)}/permissions/{checked_id(permission)}"
        query = [("supportsAllDrives", "true")]
        await self.drive.api.send("DELETE", path, None, bearer(self.drive.token), query=query, fine=SENT)

    # Inside

    async def _changes(self, token: str) -> SharingPage:
        fields = f"nextPageToken,newStartPageToken,changes(fileId,removed,file({_FILE}))"
        query = [("fields", fields), ("includeRemoved", "true"), *self._of_all(token)]
        try:
            page = await self._get("/drive/v3/changes", query)
        except VendorError as error:
            raise VendorError(error.word, 410 if error.status == _BAD else error.status) from None
        items, gone = [], []
        for one in listed(page, "changes") if "changes" in page else []:
            file = one.get("file")
            if one.get("removed") is True or not isinstance(file, dict) or file.get("trashed") is True:
                gone += [checked_id(one["fileId"])] if one.get("fileId") else []  # else it is about a drive
            elif self._is_ours(file):
                items.append(self._item(file))
        following = page.get("nextPageToken") or page.get("newStartPageToken")
        if not following or following == token == page.get("nextPageToken"):
            raise VendorError("garbage")
        is_last = not page.get("nextPageToken")
        return SharingPage(
            tuple(items),
            tuple(gone),
            text_in(page, "newStartPageToken" if is_last else "nextPageToken", 2_000),
            is_last,
        )

    async def _everything(self, token: str) -> SharingPage:
        mine = "trashed = false" if self.drive.shared else "'me' in owners and trashed = false"
        query = [("q", mine), ("orderBy", "createdTime"), *self._of_all(token)]
        query += [("corpora", "drive")] if self.drive.shared else []
        page = await self._get("/drive/v3/files", [*query, ("fields", f"nextPageToken,files({_FILE})")])
        files = listed(page, "files") if "files" in page else []
        following = text_in(page, "nextPageToken", 2_000) if page.get("nextPageToken") else ""
        if following and following == token:
            raise VendorError("garbage")
        items = tuple(self._item(one) for one in files if self._is_ours(one))
        return SharingPage(items, (), f"{_LISTING}{following}", is_last=not following)

    def _of_all(self, token: str) -> list[tuple[str, str]]:
        query = [("pageSize", str(_PER_PAGE)), *([("pageToken", token)] if token else [])]
        if self.drive.shared:
            query += [("driveId", self.drive.shared), ("includeItemsFromAllDrives", "true")]
            query += [("supportsAllDrives", "true")]
        return query

    def _is_ours(self, told: Mapping[str, Any]) -> bool:
        """What others own, and let this person at, is none of theirs to share."""
        return not self.owner or _owner(told) == self.owner

    def _item(self, told: Mapping[str, Any]) -> SharedItem:
        size, parents = told.get("size"), told.get("parents")
        mime, name = str(told.get("mimeType") or "")[:120], name_of(told)
        above = checked_id(parents[0]) if isinstance(parents, list) and parents else ""
        is_folder = mime == FOLDER
        return SharedItem(
            key=checked_id(told.get("id")),
            name=name,
            parent=above,
            size=int(size) if isinstance(size, str) and size.isascii() and size.isdigit() and len(size) < 19 else 0,
            version=digest_of(f"{above}/{name}") if is_folder else _version(told),
            is_folder=is_folder,
            by=_owner(told) if self.owner else "",
            is_shared=told.get("shared") is not False or bool(self.drive.shared),
            mime=mime,
        )

    async def _get(self, path: str, query: list[tuple[str, str]]) -> Mapping[str, Any]:
        return await self.drive.api.get(path, query, self.drive.token)


def _version(told: Mapping[str, Any]) -> str:
    """Google's own documents have no checksum: their version counts every change, also that of a permission."""
    return str(told.get("md5Checksum") or told.get("version") or "")[:200]


def _owner(told: Mapping[str, Any]) -> str:
    owners = told.get("owners")
    found = owners[0].get("emailAddress") if isinstance(owners, list) and owners and isinstance(owners[0], dict) else ""
    return address_in(found)


def _permission(told: Mapping[str, Any], item: SharedItem, shared: str) -> SharingPermission:
    kind, address, domain = told.get("type"), address_in(told.get("emailAddress")), domain_in(told.get("domain"))
    details = told.get("permissionDetails")
    inherited = [one for one in details if isinstance(one, dict) and one.get("inherited") is True] if details else []
    is_own = not inherited or len(inherited) < len(details or [])
    above = str(inherited[0].get("inheritedFrom") or "") if inherited and not is_own else ""
    of_drive = any(one.get("permissionType") == "member" for one in inherited) or (bool(shared) and above == shared)
    return SharingPermission(
        id=permission_id(told.get("id")),
        scope=Scope.ANYONE if kind == "anyone" else Scope.NAMED,
        people=frozenset({address or NOBODY_KNOWN}) if kind not in {"anyone", "domain"} else frozenset(),
        domains=frozenset({domain or NOBODY_KNOWN}) if kind == "domain" else frozenset(),
        by=item.by,
        of=checked_id(above) if above and not of_drive else "",
        of_drive=of_drive and not is_own,
    )
