"""An emulator of Google's published contract: files, changes, permissions and content of Drive. It is not Google.

From the reference of *files.list*, *files.get*, *files.export*, *changes.list*, *changes.getStartPageToken*,
*permissions.list* and *permissions.delete*, as of November 2026: what is in a shared folder has its permissions, too,
and they end where they are given.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from aiohttp import web
from tests.emulators.keys import claims_of
from tests.emulators.vendor import Vendor, served
from tests.emulators.workspace import SERVICE, key_file

SHARED = "0AHarborSharedDrive"
MIA = "mia@harbor.example"
PER_PAGE = 2
TEXT, FOLDER, DOCUMENT = "text/plain", "application/vnd.google-apps.folder", "application/vnd.google-apps.document"
SHEET = "application/vnd.google-apps.spreadsheet"
__all__ = ["DOCUMENT", "FOLDER", "MIA", "SHARED", "SHEET", "GoogleFiles", "google_drive", "key_file"]


@dataclass
class GoogleFiles(Vendor):
    """`log`: ids in the order of their changes. `acting`: as whom the token acts. `may_write`: whether the company lets
    Limen have the scope by which sharing is changed. `removed`: what was ended, as file and permission.
    """

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    of_drive: list[dict[str, str]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    acting: str = ""
    too_old: int = 0
    may_write: bool = False
    removed: list[tuple[str, str]] = field(default_factory=list)
    scopes: dict[str, str] = field(default_factory=dict)

    def share(self, file: str, permission: dict[str, Any]) -> None:
        """Somebody gives a permission, which is a change of the file; of what is in a folder nothing is told."""
        told = self.files[file]
        self.files[file] = {**told, "permissions": [*told["permissions"], permission], "shared": True}
        self.log.append(file)

    def permissions_of(self, file: str) -> list[dict[str, Any]]:
        """Its own, and those of the folders that it is in."""
        found = [{"id": _id_of(one), **one} for one in self.files[file]["permissions"]]
        for above in self.files[file].get("parents", []):
            for one in self.permissions_of(above) if above in self.files else []:
                details = [{"permissionType": "file", "inherited": True, "inheritedFrom": above}]
                known = {each["id"] for each in found}
                found += [{"permissionDetails": details, **one}] if one["id"] not in known else []
        return found

    def put(self, file: str, name: str, body: bytes = b"", mime: str = TEXT, parent: str = "", **more: Any) -> None:
        self.bodies[file] = body
        sized = {"size": str(len(body)), "md5Checksum": f"{len(self.log)}"} if mime == TEXT else {"version": "7"}
        self.files[file] = {
            "id": file,
            "name": name,
            "mimeType": mime,
            "modifiedTime": "2026-11-20T08:00:00.000Z",
            "owners": [{"emailAddress": MIA}],
            "permissions": [{"type": "user", "emailAddress": MIA}],
            "trashed": False,
            **({"parents": [parent]} if parent else {}),
            **sized,
            **more,
        }
        self.log.append(file)


def _id_of(permission: dict[str, Any]) -> str:
    """Google's ids are the same for the same people, and for anyone."""
    if permission["type"] == "anyone":
        return "anyoneWithLink"
    who = permission.get("emailAddress") or permission.get("domain") or permission["type"]
    return str(sum(ord(one) << (place % 40) for place, one in enumerate(who)))


READING, WRITING = "https://www.googleapis.com/auth/drive.readonly", "https://www.googleapis.com/auth/drive"


@asynccontextmanager
async def google_drive() -> AsyncIterator[GoogleFiles]:
    vendor = GoogleFiles()

    async def token(request: web.Request) -> web.Response:
        claims = claims_of(str((await request.post()).get("assertion")))
        granted = {READING, WRITING} if vendor.may_write else {READING}
        if claims.get("iss") != SERVICE or claims.get("scope") not in granted:
            return web.json_response({"error": "unauthorized_client"}, status=401)
        vendor.acting, vendor.tokens = claims["sub"], vendor.tokens + 1
        vendor.scopes[f"Bearer token-{vendor.tokens}"] = claims["scope"]
        return web.json_response({"access_token": f"token-{vendor.tokens}", "expires_in": 3_599})

    def page(every: list[Any], request: web.Request, name: str) -> dict[str, Any]:
        at = int(request.query.get("pageToken", "0").rpartition("-")[2] or 0)
        more = at + PER_PAGE < len(every)
        return {name: every[at : at + PER_PAGE], **({"nextPageToken": f"p-{at + PER_PAGE}"} if more else {})}

    async def files(request: web.Request) -> web.Response:
        is_shared = request.query.get("driveId") == SHARED
        if " in parents" in request.query["q"]:
            above = request.query["q"].split("'")[1]
            below = [one for one in vendor.files.values() if above in one.get("parents", []) and not one["trashed"]]
            return web.json_response(page(below, request, "files"))
        assert ("'me' in owners" in request.query["q"]) is not is_shared
        kept = [one for one in vendor.files.values() if not one["trashed"]]
        if is_shared:
            kept = [{key: value for key, value in one.items() if key != "permissions"} for one in kept]
            kept = [{**one, "driveId": SHARED} for one in kept]
        return web.json_response(page(kept, request, "files"))

    async def start(_request: web.Request) -> web.Response:
        return web.json_response({"startPageToken": str(len(vendor.log))})

    async def changes(request: web.Request) -> web.Response:
        at = int(request.query["pageToken"])
        if at < vendor.too_old:
            return web.json_response({"error": {"code": 410}}, status=410)
        told = []
        for file in vendor.log[at : at + PER_PAGE]:
            is_there = file in vendor.files
            told.append({"fileId": file, "removed": not is_there, **({"file": vendor.files[file]} if is_there else {})})
        end = at + PER_PAGE
        more = end < len(vendor.log)
        following = {"nextPageToken": str(end)} if more else {"newStartPageToken": str(len(vendor.log))}
        return web.json_response({"changes": told, **following})

    async def one(request: web.Request) -> web.Response:
        file = request.match_info["file"]
        if file not in vendor.files:
            return web.json_response({"error": {"code": 404}}, status=404)
        if request.query.get("alt") != "media":
            return web.json_response(vendor.files[file])
        start, _, end = request.headers["range"].removeprefix("bytes=").partition("-")
        return web.Response(status=206, body=vendor.bodies[file][int(start) : int(end) + 1])

    async def export(request: web.Request) -> web.Response:
        """As Office, bytes as they were put; as CSV, Google gives the first sheet alone."""
        file, wanted = request.match_info["file"], request.query["mimeType"]
        if wanted == "text/csv" and vendor.files[file]["mimeType"] == SHEET:
            sheet = openpyxl.load_workbook(io.BytesIO(vendor.bodies[file])).worksheets[0]
            return web.Response(text="\n".join(",".join(map(str, row)) for row in sheet.iter_rows(values_only=True)))
        if not wanted.startswith("application/vnd.openxmlformats-officedocument."):
            return web.json_response({"error": {"code": 400}}, status=400)
        return web.Response(body=vendor.bodies[file])

    async def permissions(request: web.Request) -> web.Response:
        file = request.match_info["file"]
        if file != SHARED and file not in vendor.files:
            return web.json_response({"error": {"code": 404}}, status=404)
        return web.json_response({"permissions": vendor.of_drive if file == SHARED else vendor.permissions_of(file)})

    async def end_permission(request: web.Request) -> web.Response:
        file, permission = request.match_info["file"], request.match_info["permission"]
        if vendor.scopes[request.headers["authorization"]] != WRITING:
            return web.json_response({"error": {"code": 403, "status": "PERMISSION_DENIED"}}, status=403)
        own = vendor.files[file]["permissions"]
        left = [one for one in own if _id_of(one) != permission]
        if len(left) == len(own):
            return web.json_response({"error": {"code": 404}}, status=404)
        vendor.files[file] = {**vendor.files[file], "permissions": left}
        vendor.removed.append((file, permission))
        vendor.log.append(file)
        return web.Response(status=204)

    def for_who_is_let_in(handler: Any) -> Any:
        async def answer(request: web.Request) -> web.Response:
            return await handler(request) if vendor.is_let_in(request) else web.json_response({}, status=401)

        return answer

    routes = {
        "GET /drive/v3/files": files,
        "GET /drive/v3/changes/startPageToken": start,
        "GET /drive/v3/changes": changes,
        "GET /drive/v3/files/{file}/export": export,
        "GET /drive/v3/files/{file}/permissions": permissions,
        "DELETE /drive/v3/files/{file}/permissions/{permission}": end_permission,
        "GET /drive/v3/files/{file}": one,
    }
    every = {route: for_who_is_let_in(handler) for route, handler in routes.items()}
    async with served(vendor, {**every, "POST /token": token}):
        yield vendor
