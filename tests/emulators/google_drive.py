"""An emulator of Google's published contract: files, changes, permissions and content of Drive. It is not Google.

From the reference of *files.list*, *files.get*, *files.export*, *changes.list*, *changes.getStartPageToken* and
*permissions.list*, as of November 2026.
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
    """`log`: ids in the order of their changes. `acting`: as whom the token acts."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    of_drive: list[dict[str, str]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    acting: str = ""
    too_old: int = 0

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


@asynccontextmanager
async def google_drive() -> AsyncIterator[GoogleFiles]:
    vendor = GoogleFiles()

    async def token(request: web.Request) -> web.Response:
        claims = claims_of(str((await request.post()).get("assertion")))
        if claims.get("iss") != SERVICE or claims.get("scope") != "https://www.googleapis.com/auth/drive.readonly":
            return web.json_response({"error": "unauthorized_client"}, status=401)
        vendor.acting, vendor.tokens = claims["sub"], vendor.tokens + 1
        return web.json_response({"access_token": f"token-{vendor.tokens}", "expires_in": 3_599})

    def page(every: list[Any], request: web.Request, name: str) -> dict[str, Any]:
        at = int(request.query.get("pageToken", "0").rpartition("-")[2] or 0)
        more = at + PER_PAGE < len(every)
        return {name: every[at : at + PER_PAGE], **({"nextPageToken": f"p-{at + PER_PAGE}"} if more else {})}

    async def files(request: web.Request) -> web.Response:
        is_shared = request.query.get("driveId") == SHARED
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
        found = vendor.of_drive if file == SHARED else vendor.files[file]["permissions"]
        return web.json_response({"permissions": found})

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
        "GET /drive/v3/files/{file}": one,
    }
    every = {route: for_who_is_let_in(handler) for route, handler in routes.items()}
    async with served(vendor, {**every, "POST /token": token}):
        yield vendor
