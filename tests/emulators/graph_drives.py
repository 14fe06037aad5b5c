"""An emulator of Microsoft's published contract: sites, drives, *driveItem: delta*, permissions and content of Graph.
It is not Graph.

From the reference of *site: getByPath*, *List drives*, *driveItem: delta* (with `token=latest`), *List children*, *List
permissions*, *Delete permission* and *Download file*, as of November 2026: pages of changes have no paths, an item has
the permissions of its folders as inherited ones, which end where they are given, and content is fetched from an address
that Graph leads to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.emulators.vendor import Vendor, served

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
SITE, DRIVE, ROOT = "harbor.sharepoint.com,1,2", "b!finance", "ROOT"
PER_PAGE = 2


@dataclass
class GraphDrive(Vendor):
    """`log` is all that happened to the drive's items, by their ids; `too_old`: links before it are refused.

    `may_write`: whether the company gave a permission by which sharing may be changed. `removed`: what was ended, as
    item and permission. `keeps`: it says that it ended a permission, and does not.
    """

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    permissions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    too_old: int = 0
    leads_to: str = ""
    may_write: bool = True
    removed: list[tuple[str, str]] = field(default_factory=list)
    keeps: bool = False

    def folder(self, item: str, name: str, parent: str = ROOT) -> None:
        self.files[item] = {"id": item, "name": name, "folder": {}, "parentReference": {"id": parent}}
        self.log.append(item)

    def put(self, item: str, name: str, body: bytes, parent: str = ROOT, **more: Any) -> None:
        self.bodies[item] = body
        self.files[item] = {
            "id": item,
            "name": name,
            "size": len(body),
            "cTag": f"c:{item},{len(self.log)}",
            "lastModifiedDateTime": "2026-11-20T08:00:00Z",
            "file": {"mimeType": "text/plain"},
            "createdBy": {"user": {"email": "Mia@harbor.example", "displayName": "Mia"}},
            "parentReference": {"driveId": DRIVE, "id": parent},
            **more,
        }
        self.log.append(item)

    def delete(self, item: str) -> None:
        self.files[item] = {"id": item, "deleted": {"state": "deleted"}, "name": self.files[item]["name"]}
        self.log.append(item)

    def share(self, item: str, permission: dict[str, Any], by: str = "Mia@harbor.example") -> None:
        """Somebody gives a permission for an item, which is a change of the item."""
        self.permissions.setdefault(item, []).append(permission)
        scope = permission.get("link", {}).get("scope", "users")
        shared_by = {"user": {"email": by, "displayName": "who"}} if by else {"user": {"displayName": "who"}}
        self.files[item] = {**self.files[item], "shared": {"scope": scope, "sharedBy": shared_by}}
        self.log.append(item)

    def unshare(self, item: str, permission: str) -> bool:
        left = [one for one in self.permissions.get(item, []) if one["id"] != permission]
        if len(left) == len(self.permissions.get(item, [])):
            return False
        if not self.keeps:
            self.permissions[item] = left
            self.log.append(item)
        self.removed.append((item, permission))
        return True

    def permissions_of(self, item: str) -> list[dict[str, Any]]:
        """Its own, and those of the folders that it is in."""
        found, above = list(self.permissions.get(item, [])), item
        while (above := self.files.get(above, {}).get("parentReference", {}).get("id", ROOT)) != ROOT:
            inherited = {"inheritedFrom": {"driveId": DRIVE, "id": above}}
            found += [{**one, **inherited} for one in self.permissions.get(above, [])]
        return found

    def path(self, item: str) -> str:
        parent = self.files[item]["parentReference"]["id"]
        return "" if parent == ROOT else f"{self.path(parent)}/{self.files[parent]['name']}"


@asynccontextmanager
async def graph_drive() -> AsyncIterator[GraphDrive]:
    vendor = GraphDrive()

    def missing() -> web.Response:
        return web.json_response({"error": {"code": "itemNotFound"}}, status=404)

    async def sign_in(request: web.Request) -> web.Response:
        return await vendor.token(request)

    async def site(request: web.Request) -> web.Response:
        is_it = request.match_info["path"] == "sites/finance"
        return web.json_response({"id": SITE}) if is_it else missing()

    async def drives(_request: web.Request) -> web.Response:
        return web.json_response({"value": [{"id": DRIVE}]})

    async def drive(_request: web.Request) -> web.Response:
        return web.json_response({"id": DRIVE})

    async def delta(request: web.Request) -> web.Response:
        where = f"{vendor.origin}{request.path}"
        if request.query.get("token") == "latest":
            return web.json_response({"value": [], "@odata.deltaLink": f"{where}?begin={len(vendor.log)}"})
        begin, at = int(request.query.get("begin", "0")), int(request.query.get("at", "0"))
        if begin < vendor.too_old and "begin" in request.query:
            return web.json_response({"error": {"code": "resyncRequired"}}, status=410)
        ids = list(dict.fromkeys(vendor.log[begin:]))
        shown = [vendor.files[one] for one in ids[at : at + PER_PAGE]]
        more = at + PER_PAGE < len(ids)
        following = f"{where}?begin={begin}&at={at + PER_PAGE}" if more else f"{where}?begin={len(vendor.log)}"
        return web.json_response({"value": shown, f"@odata.{'nextLink' if more else 'deltaLink'}": following})

    async def item(request: web.Request) -> web.Response:
        found = request.match_info["item"]
        if found == ROOT:
            return web.json_response({"id": ROOT, "name": "root", "root": {}})
        if found not in vendor.files:
            return missing()
        told = vendor.files[found]
        if "deleted" in told:
            return missing()
        path = {**told.get("parentReference", {}), "path": f"/drives/{DRIVE}/root:{vendor.path(found)}"}
        return web.json_response({**told, "parentReference": path})

    async def children(request: web.Request) -> web.Response:
        above, at = request.match_info["item"], int(request.query.get("at", "0"))
        kept = [one for one in vendor.files.values() if "deleted" not in one]
        found = [one for one in kept if one["parentReference"]["id"] == above]
        more = {"@odata.nextLink": f"{vendor.origin}{request.path}?at={at + PER_PAGE}"}
        shown = found[at : at + PER_PAGE]
        return web.json_response({"value": shown, **(more if at + PER_PAGE < len(found) else {})})

    async def permissions(request: web.Request) -> web.Response:
        found = request.match_info["item"]
        is_there = found in vendor.files or found in vendor.permissions
        if not is_there or "deleted" in vendor.files.get(found, {}):
            return missing()
        return web.json_response({"value": vendor.permissions_of(found)})

    async def end_permission(request: web.Request) -> web.Response:
        if not vendor.may_write:
            return web.json_response({"error": {"code": "accessDenied"}}, status=403)
        is_done = vendor.unshare(request.match_info["item"], request.match_info["permission"])
        return web.Response(status=204) if is_done else missing()

    async def content(request: web.Request) -> web.Response:
        found = request.match_info["item"]
        if found not in vendor.bodies:
            return missing()
        where = vendor.leads_to or f"{vendor.origin}/fetched"
        return web.Response(status=302, headers={"location": f"{where}/{found}?tempauth=secret"})

    async def fetched(request: web.Request) -> web.Response:
        assert "authorization" not in request.headers
        body = vendor.bodies[request.match_info["item"]]
        start, _, end = request.headers["range"].removeprefix("bytes=").partition("-")
        return web.Response(status=206, body=body[int(start) : int(end) + 1])

    def for_who_is_let_in(handler: Any) -> Any:
        async def answer(request: web.Request) -> web.Response:
            return await handler(request) if vendor.is_let_in(request) else web.json_response({}, status=401)

        return answer

    of_item = f"GET /v1.0/drives/{DRIVE}/items/{{item}}"
    routes = {
        "GET /v1.0/sites/harbor.sharepoint.com:/{path:.*}": site,
        f"GET /v1.0/sites/{SITE}/drives": drives,
        "GET /v1.0/users/mia@harbor.example/drive": drive,
        f"GET /v1.0/drives/{DRIVE}/root/delta": delta,
        f"{of_item}/permissions": permissions,
        f"{of_item}/children": children,
        f"DELETE /v1.0/drives/{DRIVE}/items/{{item}}/permissions/{{permission}}": end_permission,
        f"{of_item}/content": content,
        of_item: item,
    }
    every = {route: for_who_is_let_in(handler) for route, handler in routes.items()}
    every |= {"POST /{tenant}/oauth2/v2.0/token": sign_in, "GET /fetched/{item}": fetched}
    async with served(vendor, every):
        yield vendor
