"""An emulator of Microsoft's published contract: sites, drives, *driveItem: delta*, permissions and content of Graph.
It is not Graph.

From the reference of *site: getByPath*, *List drives*, *driveItem: delta*, *List permissions* and *Download file*, as
of November 2026: pages of changes have no paths, and content is fetched from an address that Graph leads to.
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
    """`log` is all that happened to the drive's items, by their ids; `too_old`: links before it are refused."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    permissions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    too_old: int = 0
    leads_to: str = ""

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
        begin, at = int(request.query.get("begin", "0")), int(request.query.get("at", "0"))
        if begin < vendor.too_old and "begin" in request.query:
            return web.json_response({"error": {"code": "resyncRequired"}}, status=410)
        ids = list(dict.fromkeys(vendor.log[begin:]))
        shown = [vendor.files[one] for one in ids[at : at + PER_PAGE]]
        where = f"{vendor.origin}{request.path}"
        more = at + PER_PAGE < len(ids)
        following = f"{where}?begin={begin}&at={at + PER_PAGE}" if more else f"{where}?begin={len(vendor.log)}"
        return web.json_response({"value": shown, f"@odata.{'nextLink' if more else 'deltaLink'}": following})

    async def item(request: web.Request) -> web.Response:
        found = request.match_info["item"]
        if found == ROOT:
            return web.json_response({"id": ROOT, "name": "root", "root": {}})
        if found not in vendor.files:
            return missing()
        path = {"path": f"/drives/{DRIVE}/root:{vendor.path(found)}"}
        return web.json_response({**vendor.files[found], "parentReference": path})

    async def permissions(request: web.Request) -> web.Response:
        return web.json_response({"value": vendor.permissions.get(request.match_info["item"], [])})

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
        f"{of_item}/content": content,
        of_item: item,
    }
    every = {route: for_who_is_let_in(handler) for route, handler in routes.items()}
    every |= {"POST /{tenant}/oauth2/v2.0/token": sign_in, "GET /fetched/{item}": fetched}
    async with served(vendor, every):
        yield vendor
