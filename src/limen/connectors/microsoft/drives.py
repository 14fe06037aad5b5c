"""Documents of Microsoft 365: drives of a site or of a person, by Graph's *delta*, with who they are shared with.

A page of changes has no paths, as renaming a folder tells nothing of what is in it. So the path of a folder is asked
for when something in it is met first.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from limen.clock import Instant, from_iso
from limen.connectors.vendor_client import VendorClient, VendorError, bearer, listed, text_in
from limen.guarded_http import split

MOST_DRIVES: Final = 100
PIECE: Final = 4 << 20
DOWNLOADS: Final = (".sharepoint.com", ".sharepoint-df.com", ".svc.ms", ".1drv.com")
"""Where Microsoft has documents fetched from; no other host is asked."""
_SELECT: Final = "id,name,size,lastModifiedDateTime,cTag,file,deleted,shared,createdBy,parentReference,root"
_ID: Final = re.compile(r"[A-Za-z0-9!._,-]{1,200}")
_SITE: Final = re.compile(r"([A-Za-z0-9.-]{1,200})/((?:sites|teams)/[\w .~-]{1,120})")
_LONGEST_LINK: Final = 8_000
_LONGEST_NAME: Final = 400


@dataclass(frozen=True, slots=True)
class Document:
    """A file of a drive, as a page of changes has it. `version` is another whenever its content is (`cTag`).

    `scope`: who it is shared with at most (`anonymous`, `organization`, `users`, "" for nobody else).
    """

    id: str
    name: str
    parent: str
    size: int = 0
    changed_at: Instant = 0
    version: str = ""
    author: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """A page. `gone`: ids of what is deleted. `link`: the next page's, or where the next changes are told."""

    documents: tuple[Document, ...]
    gone: tuple[str, ...]
    link: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """Who a document is shared with: addresses of people, and the widest link."""

    addresses: frozenset[str]
    scope: str


@dataclass(frozen=True, slots=True)
class Drives:
    """`graph` is Graph; `client` makes one for the origin that a document is fetched from."""

    graph: VendorClient
    token: str
    client: Callable[[str], VendorClient]
    downloads: tuple[str, ...] = DOWNLOADS
    _paths: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)

    async def drives(self, where: str) -> list[str]:
        """Ids of the drives of a site (`harbor.sharepoint.com/sites/finance`), or of a person by address."""
        if "@" in where:
            return [_id(await self.graph.get(f"/v1.0/users/{quote(where, safe='@')}/drive", [], self.token))]
        named = _SITE.fullmatch(where)
        if named is None:
            raise VendorError("refused", 404)
        site = await self.graph.get(f"/v1.0/sites/{named[1]}:/{quote(named[2])}", [], self.token)
        page = await self.graph.get(f"/v1.0/sites/{_id(site)}/drives", [("$select", "id")], self.token)
        return [_id(one) for one in listed(page, "value")][:MOST_DRIVES]

    async def changes(self, drive: str, link: str = "") -> Changes:
        """A page of what changed; "": of everything. VendorError has the status 410 where it has to begin anew."""
        if link:
            page = await self.graph.get_link(link, self.token)
        else:
            page = await self.graph.get(f"/v1.0/drives/{drive}/root/delta", [("$select", _SELECT)], self.token)
        told = listed(page, "value")
        is_last = "@odata.nextLink" not in page
        return Changes(
            documents=tuple(_document(one) for one in told if "file" in one and "deleted" not in one),
            gone=tuple(_id(one) for one in told if "deleted" in one),
            link=text_in(page, "@odata.deltaLink" if is_last else "@odata.nextLink"),
            is_last=is_last,
        )

    async def folder(self, drive: str, folder: str) -> str:
        """The path of a folder in its drive, "" for its root."""
        known = self._paths.get((drive, folder))
        if known is None:
            path = f"/v1.0/drives/{drive}/items/{checked_id(folder)}"
            told = await self.graph.get(path, [("$select", "id,name,root,parentReference")], self.token)
            known = "" if "root" in told else _path_of(told)
            self._paths[drive, folder] = known
        return known

    async def shared(self, drive: str, document: str) -> Shared:
        """Who a document is shared with, by the list of its permissions."""
        page = await self.graph.get(f"/v1.0/drives/{drive}/items/{checked_id(document)}/permissions", [], self.token)
        addresses: set[str] = set()
        scopes: set[str] = set()
        for one in listed(page, "value"):
            link = one.get("link")
            scopes.add(str(link.get("scope", "")) if isinstance(link, dict) else "users")
            addresses |= set(_addresses(one))
        widest = next((one for one in ("anonymous", "organization", "users") if one in scopes), "")
        return Shared(frozenset(addresses), widest)

    async def content(self, drive: str, document: str, size: int) -> AsyncIterator[bytes]:
        """What is in a document, in pieces. Raises VendorError."""
        path = f"/v1.0/drives/{drive}/items/{checked_id(document)}/content"
        reply = await self.graph.send("GET", path, None, bearer(self.token), fine=frozenset({200, 302}))
        if reply.status == 200:
            yield reply.body
            return
        origin, rest = self._place(reply.headers.get("location", ""))
        fetching = self.client(origin)
        for start in range(0, size, PIECE):
            headers = {"range": f"bytes={start}-{min(start + PIECE, size) - 1}"}
            got = await fetching.send("GET", rest, None, headers, fine=frozenset({200, 206}), may_be_packed=True)
            yield got.body
            if got.status == 200:
                return

    def _place(self, location: str) -> tuple[str, str]:
        """Origin and path of an address that Graph leads to, which holds a secret of its own. Raises VendorError."""
        parts = split(location, _LONGEST_LINK)
        host = f".{parts.hostname}" if parts else ""
        is_as_safe = parts is not None and parts.scheme == urlsplit(self.graph.origin).scheme
        if not is_as_safe or not any(host.endswith(one) for one in self.downloads):
            raise VendorError("garbage")
        at = urlsplit(location)
        return f"{at.scheme}://{at.netloc}", f"{at.path}?{at.query}" if at.query else at.path


def _document(told: Mapping[str, Any]) -> Document:
    parent, shared = told.get("parentReference"), told.get("shared")
    size, changed = told.get("size"), told.get("lastModifiedDateTime")
    try:
        at = from_iso(changed) if isinstance(changed, str) else 0
    except ValueError:
        raise VendorError("garbage") from None
    created = told.get("createdBy")
    user = created.get("user") if isinstance(created, dict) else None
    author = user.get("email") if isinstance(user, dict) else ""
    return Document(
        id=_id(told),
        name=name_of(told),
        parent=_id(parent if isinstance(parent, dict) else {}),
        size=size if isinstance(size, int) and size > 0 else 0,
        changed_at=at,
        version=str(told.get("cTag") or told.get("eTag") or "")[:200],
        author=author[:_LONGEST_NAME] if isinstance(author, str) else "",
        scope=str(shared.get("scope") or "users") if isinstance(shared, dict) else "",
    )


def _path_of(told: Mapping[str, Any]) -> str:
    """`/drives/b!x/root:/Reports` and its own name."""
    parent = told.get("parentReference")
    above = str(parent.get("path") or "") if isinstance(parent, dict) else ""
    _, _, below = above.partition("root:")
    return "/".join(part for part in (unquote(below).strip("/"), name_of(told)) if part)


def _addresses(permission: Mapping[str, Any]) -> list[str]:
    granted = permission.get("grantedToIdentitiesV2") or [permission.get("grantedToV2")]
    found = []
    for one in granted if isinstance(granted, list) else []:
        for who in one.values() if isinstance(one, dict) else ():
            address = who.get("email") if isinstance(who, dict) else None
            found += [address.casefold()] if isinstance(address, str) and "@" in address else []
    invited = permission.get("invitation")
    address = invited.get("email") if isinstance(invited, dict) else None
    return [*found, *([address.casefold()] if isinstance(address, str) and "@" in address else [])]


def name_of(told: Mapping[str, Any]) -> str:
    name = told.get("name")
    if not isinstance(name, str):
        raise VendorError("garbage")
    return name.replace("/", "∕")[:_LONGEST_NAME]


def _id(told: Mapping[str, Any]) -> str:
    return checked_id(told.get("id"))


def checked_id(found: object) -> str:
    """An id, as it may stand in a path."""
    if not isinstance(found, str) or not _ID.fullmatch(found) or found.strip(".") == "":
        raise VendorError("garbage")
    return found
