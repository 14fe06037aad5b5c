"""Documents of Google Drive: of a person, or a shared drive, listed once and then by *changes*, with their permissions.

Documents of Google's own have no bytes: they are exported as those of Office, for as text a spreadsheet is its first
sheet alone, and remarks are left out.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from limen.clock import Instant, from_iso
from limen.connectors.vendor_client import VendorClient, VendorError, bearer, listed, text_in

API: Final = "https://www.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/drive.readonly"
FOLDER: Final = "application/vnd.google-apps.folder"
PIECE: Final = 4 << 20
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_EXPORTED: Final[Mapping[str, str]] = {
    "application/vnd.google-apps.document": f"{_OFFICE}wordprocessingml.document",
    "application/vnd.google-apps.spreadsheet": f"{_OFFICE}spreadsheetml.sheet",
    "application/vnd.google-apps.presentation": f"{_OFFICE}presentationml.presentation",
    "application/vnd.google-apps.drawing": "application/pdf",
    "application/vnd.google-apps.script": "application/vnd.google-apps.script+json",
}
_EMPTY: Final = frozenset({"application/vnd.google-apps.shortcut"})
_OWN: Final = "application/vnd.google-apps."
_FILE: Final = (
    "id,name,mimeType,parents,size,modifiedTime,viewedByMeTime,md5Checksum,version,trashed,driveId,"
    "hasAugmentedPermissions,owners(emailAddress),permissions(type,emailAddress,domain)"
)
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,120}")
_PER_PAGE: Final = 200
_LONGEST_NAME: Final = 400


@dataclass(frozen=True, slots=True)
class Permission:
    """`kind`: `user`, `group`, `domain` or `anyone`; `who`: the address or domain."""

    kind: str
    who: str


@dataclass(frozen=True, slots=True)
class DriveFile:
    """`version` is another whenever its content is. `permissions`: None where the shared drive's own count, and, with
    `is_shared_apart`, more of its own.
    """

    id: str
    name: str
    mime: str
    parent: str = ""
    size: int = 0
    changed_at: Instant = 0
    viewed_at: Instant = 0
    version: str = ""
    owner: str = ""
    permissions: tuple[Permission, ...] | None = ()
    is_shared_apart: bool = False

    @property
    def is_kept_back(self) -> bool:
        """Whether something is in it that Google gives in no form, as in a form or a site."""
        return self.mime.startswith(_OWN) and self.mime not in {*_EXPORTED, *_EMPTY}


@dataclass(frozen=True, slots=True)
class FilePage:
    """`token`: of the next page, "" after the last; `begin`, of changes only: where the next ones are told."""

    files: tuple[DriveFile, ...]
    gone: tuple[str, ...] = ()
    token: str = ""
    begin: str = ""


@dataclass(frozen=True, slots=True)
class GoogleDrive:
    """`shared`: a shared drive's id, or "" for the drive of the person that the token is of."""

    api: VendorClient
    token: str
    shared: str = ""
    _folders: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False, compare=False)

    async def begin(self) -> str:
        """The token from which changes from now on are told."""
        page = await self._get("/drive/v3/changes/startPageToken", self._of_drive())
        return text_in(page, "startPageToken", 200)

    async def files(self, token: str = "") -> FilePage:
        """A page of everything that is not in the bin."""
        mine = "trashed = false" if self.shared else "'me' in owners and trashed = false"
        query = [*self._of_drive(), ("q", mine), ("orderBy", "createdTime"), ("pageSize", str(_PER_PAGE))]
        query += [("corpora", "drive")] if self.shared else []
        query += [("fields", f"nextPageToken,files({_FILE})"), *([("pageToken", token)] if token else [])]
        page = await self._get("/drive/v3/files", query)
        found = [_file(one) for one in (listed(page, "files") if "files" in page else [])]
        return FilePage(tuple(found), token=_token(page, "nextPageToken"))

    async def changes(self, token: str) -> FilePage:
        """A page of what changed since. VendorError has the status 410 where it has to begin anew."""
        fields = f"nextPageToken,newStartPageToken,changes(fileId,removed,file({_FILE}))"
        query = [*self._of_drive(), ("pageToken", token), ("pageSize", str(_PER_PAGE)), ("fields", fields)]
        page = await self._get("/drive/v3/changes", query)
        files, gone = [], []
        for one in listed(page, "changes") if "changes" in page else []:
            file = one.get("file")
            is_gone = one.get("removed") is True or not isinstance(file, dict) or file.get("trashed") is True
            if not isinstance(file, dict) or is_gone:
                gone.append(checked_id(one.get("fileId")))
            else:
                files.append(_file(file))
        next_page, begin = _token(page, "nextPageToken"), _token(page, "newStartPageToken")
        if not next_page and not begin:
            raise VendorError("garbage")
        return FilePage(tuple(files), tuple(gone), next_page, begin)

    async def folder(self, folder: str) -> str:
        """The path of a folder, "" for the root of the drive. A folder that may not be seen is a root."""
        names: list[str] = []
        at = folder
        while at and at != self.shared and len(names) < 64:
            if at not in self._folders:
                self._folders[at] = await self._folder(at)
            name, at = self._folders[at]
            names += [name] if at else []  # what is in nothing is the root
        return "/".join(reversed(names))

    async def permissions(self, file: str) -> tuple[Permission, ...]:
        """Those of a file, or of the shared drive by its own id."""
        query = [
            ("supportsAllDrives", "true"),
            ("fields", "permissions(type,emailAddress,domain)"),
            ("pageSize", "100"),
        ]
        page = await self._get(f"/drive/v3/files/{checked_id(file)}/permissions", query)
        return _permissions(listed(page, "permissions") if "permissions" in page else [])

    async def content(self, file: DriveFile) -> AsyncIterator[bytes]:
        """What is in a file, in pieces; nothing where Google gives nothing of it. Raises VendorError."""
        if file.mime.startswith(_OWN):
            if file.mime in _EXPORTED:
                query = f"mimeType={_EXPORTED[file.mime].replace('/', '%2F')}"
                yield await self._bytes(f"/drive/v3/files/{checked_id(file.id)}/export?{query}", {})
            return
        for start in range(0, file.size, PIECE):
            wanted = {"range": f"bytes={start}-{min(start + PIECE, file.size) - 1}"}
            yield await self._bytes(f"/drive/v3/files/{checked_id(file.id)}?alt=media&supportsAllDrives=true", wanted)

    # Inside

    def _of_drive(self) -> list[tuple[str, str]]:
        if not self.shared:
            return []
        return [("driveId", self.shared), ("includeItemsFromAllDrives", "true"), ("supportsAllDrives", "true")]

    async def _folder(self, folder: str) -> tuple[str, str]:
        """Its name, and what it is in."""
        try:
            query = [("fields", "id,name,parents"), ("supportsAllDrives", "true")]
            told = await self._get(f"/drive/v3/files/{checked_id(folder)}", query)
        except VendorError as error:
            if error.status == 404:
                return "", ""
            raise
        return name_of(told), _parent(told)

    async def _get(self, path: str, query: list[tuple[str, str]]) -> Mapping[str, Any]:
        return await self.api.get(path, query, self.token)

    async def _bytes(self, path: str, wanted: Mapping[str, str]) -> bytes:
        headers = {**bearer(self.token), **wanted}
        reply = await self.api.send("GET", path, None, headers, fine=frozenset({200, 206}), may_be_packed=True)
        return reply.body


def _file(told: Mapping[str, Any]) -> DriveFile:
    size = told.get("size")
    owners = told.get("owners")
    owner = owners[0].get("emailAddress") if isinstance(owners, list) and owners and isinstance(owners[0], dict) else ""
    permissions = told.get("permissions")
    of_drive = bool(told.get("driveId")) and not isinstance(permissions, list)
    return DriveFile(
        id=checked_id(told.get("id")),
        name=name_of(told),
        mime=str(told.get("mimeType") or "")[:120],
        parent=_parent(told),
        size=int(size) if isinstance(size, str) and size.isascii() and size.isdigit() and len(size) < 19 else 0,
        changed_at=_instant(told, "modifiedTime"),
        viewed_at=_instant(told, "viewedByMeTime"),
        version=str(told.get("md5Checksum") or told.get("version") or "")[:200],
        owner=owner.casefold()[:_LONGEST_NAME] if isinstance(owner, str) else "",
        permissions=None if of_drive else _permissions(permissions if isinstance(permissions, list) else []),
        is_shared_apart=told.get("hasAugmentedPermissions") is True,
    )


def _permissions(told: list[Any]) -> tuple[Permission, ...]:
    return tuple(
        Permission(str(one.get("type") or ""), str(one.get("emailAddress") or one.get("domain") or "").casefold())
        for one in told
        if isinstance(one, dict)
    )


def _instant(told: Mapping[str, Any], name: str) -> Instant:
    found = told.get(name)
    try:
        return from_iso(found) if isinstance(found, str) else 0
    except ValueError:
        raise VendorError("garbage") from None


def _parent(told: Mapping[str, Any]) -> str:
    parents = told.get("parents")
    return checked_id(parents[0]) if isinstance(parents, list) and parents else ""


def _token(page: Mapping[str, Any], name: str) -> str:
    return text_in(page, name, 2_000) if page.get(name) else ""


def name_of(told: Mapping[str, Any]) -> str:
    name = told.get("name")
    if not isinstance(name, str):
        raise VendorError("garbage")
    return name.replace("/", "∕")[:_LONGEST_NAME]


def checked_id(found: object) -> str:
    """An id, as it may stand in a path."""
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise VendorError("garbage")
    return found
