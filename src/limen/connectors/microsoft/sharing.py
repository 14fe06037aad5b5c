"""Who is let at documents of Microsoft 365: what changed by Graph's *delta*, the permissions of an item, and their end.

The header `Prefer` asks for changes of permissions, too (Graph, *driveItem: delta*, "Scanning permissions
hierarchies"). A page says only of some items that their sharing changed, and never of folders; so whatever it names
and is shared is asked for its permissions.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import msgspec

from limen.connectors.microsoft.drives import Drives, checked_id, name_of
from limen.connectors.sharing import (
    MOST_PERMISSIONS,
    NOBODY_KNOWN,
    Scope,
    SharedItem,
    SharingPage,
    SharingPermission,
    address_in,
    digest_of,
    permission_id,
)
from limen.connectors.vendor_client import SENT, VendorError, bearer, listed, object_of, text_in

_PREFER: Final = "deltashowremovedasdeleted, deltatraversepermissiongaps, deltashowsharingchanges"
_SELECT: Final = "id,name,size,cTag,file,folder,package,root,deleted,shared,createdBy,parentReference"
_CHILDREN: Final = "id,name,size,cTag,file,folder,package,shared,createdBy,parentReference"
_PERMISSION: Final = re.compile(r"[A-Za-z0-9!._,=-]{1,400}")
_SCOPES: Final = {"anonymous": Scope.ANYONE, "organization": Scope.COMPANY}
_GUEST: Final = "#ext#"
_ALL: Final = "c:0(.s|true"
_ALL_WITHIN: Final = "spo-grid-all-users"
_EVERYBODY_WITHIN: Final = "*"
_MOST_PAGES: Final = 50


class _Cursor(msgspec.Struct):
    """`links`: by drive, from where it goes on. `left`: the drives that are still to be asked in this round."""

    links: dict[str, str] = {}
    left: list[str] = []


@dataclass(frozen=True, slots=True)
class MicrosoftSharing:
    """Of all drives of a site, or of a person (`where`)."""

    drives: Drives
    where: str

    async def begin(self) -> str:
        links = {}
        for drive in await self.drives.drives(self.where):
            path = f"/v1.0/drives/{drive}/root/delta"
            page = await self._get(path, [("token", "latest"), ("$select", _SELECT)])
            links[drive] = text_in(page, "@odata.deltaLink")
        return msgspec.json.encode(_Cursor(links)).decode()

    async def page(self, cursor: str) -> SharingPage:
        """A drive that is new since the cursor is told as a whole."""
        at = _cursor(cursor)
        if not at.left:
            at.left = await self.drives.drives(self.where)
            at.links = {drive: link for drive, link in at.links.items() if drive in at.left}
        if not at.left:
            return SharingPage((), (), msgspec.json.encode(at).decode(), is_last=True)
        drive = at.left[0]
        before = at.links.get(drive, "")
        page = await self._changes(drive, before)
        told, is_last = listed(page, "value"), "@odata.nextLink" not in page
        at.links[drive] = text_in(page, "@odata.deltaLink" if is_last else "@odata.nextLink")
        if not is_last and at.links[drive] == before:
            raise VendorError("garbage")  # it would be asked for for ever
        if is_last:
            at.left.pop(0)
        return SharingPage(
            items=tuple(_item(drive, one) for one in told if "deleted" not in one and "root" not in one),
            gone=tuple(f"{drive}/{checked_id(one.get('id'))}" for one in told if "deleted" in one),
            cursor=msgspec.json.encode(at).decode(),
            is_last=not at.left,
        )

    async def item(self, key: str) -> SharedItem:
        drive, _, _ = key.partition("/")
        return _item(drive, await self._get(_place(key), [("$select", _CHILDREN)]))

    async def permissions(self, item: SharedItem) -> tuple[SharingPermission, ...]:
        found = await self._listed(f"{_place(item.key)}/permissions", [])
        if found is None:
            return (SharingPermission(NOBODY_KNOWN, Scope.ANYONE, by=item.by),)
        drive = item.key.partition("/")[0]
        told = [(one, _permission(drive, one, item.by)) for one in found]
        return tuple(made for one, made in told if not _is_of_the_owner(one, made))

    async def within(self, folder: str) -> AsyncIterator[SharedItem]:
        drive = folder.partition("/")[0]
        page = await self._get(f"{_place(folder)}/children", [("$select", _CHILDREN), ("$top", "200")])
        for _ in range(_MOST_PAGES):
            for one in listed(page, "value"):
                yield _item(drive, one)
            if "@odata.nextLink" not in page:
                return
            page = await self.drives.graph.get_link(text_in(page, "@odata.nextLink"), self.drives.token)
        raise VendorError("too-much")

    async def content(self, item: SharedItem) -> AsyncIterator[bytes]:
        drive, _, document = item.key.partition("/")
        async for piece in self.drives.content(drive, document, item.size):
            yield piece

    async def remove(self, key: str, permission: str) -> None:
        if not _PERMISSION.fullmatch(permission):
            raise VendorError("garbage")
        path = f"{_place(key)}/permissions/{quote(permission, safe='')}"
        await self.drives.graph.send("DELETE", path, None, bearer(self.drives.token), fine=SENT)

    # Inside

    async def _changes(self, drive: str, link: str) -> Mapping[str, Any]:
        if not link:
            return await self._get(f"/v1.0/drives/{drive}/root/delta", [("$select", _SELECT)])
        headers = {**bearer(self.drives.token), "prefer": _PREFER}
        return object_of(await self.drives.graph.reply_to_link(link, headers))

    async def _get(self, path: str, query: list[tuple[str, str]]) -> Mapping[str, Any]:
        headers = {**bearer(self.drives.token), "prefer": _PREFER}
        return object_of(await self.drives.graph.reply(path, query, headers))

    async def _listed(self, path: str, query: list[tuple[str, str]]) -> list[dict[str, Any]] | None:
        """All of a list; None where it has no end."""
        page, found = await self._get(path, query), list[dict[str, Any]]()
        for _ in range(_MOST_PAGES):
            found += listed(page, "value")
            if "@odata.nextLink" not in page:
                return found
            if len(found) > MOST_PERMISSIONS:
                break
            page = await self.drives.graph.get_link(text_in(page, "@odata.nextLink"), self.drives.token)
        return None


def _cursor(written: str) -> _Cursor:
    try:
        return msgspec.json.decode(written, type=_Cursor) if written else _Cursor()
    except msgspec.MsgspecError:
        raise VendorError("garbage", 410) from None  # as if it was too old


def _place(key: str) -> str:
    drive, _, item = key.partition("/")
    return f"/v1.0/drives/{checked_id(drive)}/items/{checked_id(item)}"


def _item(drive: str, told: Mapping[str, Any]) -> SharedItem:
    parent, shared, size = _part(told, "parentReference"), told.get("shared"), told.get("size")
    above, name, is_folder = str(parent.get("id") or ""), name_of(told), "file" not in told
    return SharedItem(
        key=f"{drive}/{checked_id(told.get('id'))}",
        name=name,
        parent=above,
        size=size if isinstance(size, int) and size > 0 else 0,
        version=digest_of(f"{above}/{name}") if is_folder else str(told.get("cTag") or "")[:200],
        is_folder=is_folder,
        by=_address(_part(_part(shared, "sharedBy"), "user")),
        is_shared=isinstance(shared, dict),
    )


def _permission(drive: str, told: Mapping[str, Any], by: str) -> SharingPermission:
    """One whose people can't be told is for somebody unknown; groups of a site stand for whom the site lets in."""
    link, invitation, inherited = _part(told, "link"), _part(told, "invitation"), _part(told, "inheritedFrom")
    scope = _SCOPES.get(str(link.get("scope") or ""), Scope.NAMED)
    granted = told.get("grantedToIdentitiesV2") or [told.get("grantedToV2")]
    people = {address for one in (granted if isinstance(granted, list) else []) if (address := _who(one))}
    if invited := _address(invitation):
        people.add(invited)
    if _EVERYBODY_WITHIN in people:
        people.discard(_EVERYBODY_WITHIN)
        scope = Scope.COMPANY if scope is Scope.NAMED else scope
    if not people and scope is Scope.NAMED and invitation:
        people.add(NOBODY_KNOWN)
    above = inherited.get("id")
    return SharingPermission(
        id=permission_id(told.get("id")),
        scope=scope,
        people=frozenset(people),
        by=_address(_part(_part(invitation, "invitedBy"), "user")) or by,
        of=f"{drive}/{checked_id(above)}" if above else "",
    )


def _is_of_the_owner(told: Mapping[str, Any], made: SharingPermission) -> bool:
    """Whether it is what the owner of a drive has, who is named without an address at times."""
    return told.get("roles") == ["owner"] and made.scope is Scope.NAMED and made.people <= {NOBODY_KNOWN}


def _who(identities: object) -> str:
    """Whom a set of identities means: an address, `NOBODY_KNOWN` for a user without one, "" for a group of the site.

    A guest is outside whatever their address says, which the directory that they come from can set. So is *Everyone*,
    which has guests in it; *Everyone except external users* has not.
    """
    user, of_site = _part(identities, "user"), _part(identities, "siteUser")
    login = str(of_site.get("loginName") or user.get("userPrincipalName") or "").casefold()[:400]
    named = login.rpartition("|")[2]
    if _GUEST in named:
        name, _, domain = named.partition(_GUEST)[0].rpartition("_")
        return (address_in(f"{name}@{domain}") if "." in domain else "") or NOBODY_KNOWN
    if _ALL_WITHIN in login:
        return _EVERYBODY_WITHIN
    if login.startswith(_ALL):
        return NOBODY_KNOWN
    if found := _address(user) or _address(of_site) or _address(_part(identities, "group")):
        return found
    return address_in(named) or (NOBODY_KNOWN if user else "")


def _address(identity: Mapping[str, Any]) -> str:
    return address_in(identity.get("email"))


def _part(told: object, name: str) -> Mapping[str, Any]:
    found = told.get(name) if isinstance(told, dict) else None
    return found if isinstance(found, dict) else {}
