"""An emulator of Google's published contract: tokens for service accounts, and the Reports API. It is not Google.

From *Using OAuth 2.0 for server to server applications* and the reference of *activities.list*, as of November 2026.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from tests.emulators.keys import claims_of, private_key
from tests.emulators.logs import LogVendor, gone
from tests.emulators.vendor import served

SERVICE = "limen@harbor-logs.iam.gserviceaccount.com"
ADMIN = "audit@harbor.example"
SCOPE = "https://www.googleapis.com/auth/admin.reports.audit.readonly"


def key_file(**more: str) -> str:
    """What the console makes for a service account."""
    told = {"type": "service_account", "project_id": "harbor-logs", "client_email": SERVICE}
    return json.dumps(
        {**told, "private_key": private_key(), "token_uri": "https://oauth2.googleapis.com/token", **more}
    )


def activity(number: int, at: str, application: str = "login", **more: Any) -> dict[str, Any]:
    """An activity as the reference shows it."""
    return {
        "kind": "admin#reports#activity",
        "id": {"time": at, "uniqueQualifier": str(-number), "applicationName": application, "customerId": "C03az79cb"},
        "actor": {"email": "ida@harbor.example", "profileId": "1185210"},
        "ipAddress": "203.0.113.7",
        "events": [{"type": "login", "name": "login_success", "parameters": [{"name": "login_type", "value": "saml"}]}],
        **more,
    }


@dataclass
class Workspace(LogVendor):
    def window(self, log: str, since: str, until: str) -> list[dict[str, Any]]:
        """The newest first."""
        found = [{**one, "at": one["id"]["time"]} for one in self.records.get(log, [])]
        inside = LogVendor(records={log: found}, instant="at").window(log, since, until)
        return [{name: one[name] for name in one if name != "at"} for one in reversed(inside)]


@asynccontextmanager
async def workspace() -> AsyncIterator[Workspace]:
    vendor = Workspace()

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        claims = claims_of(str(form.get("assertion", "")))
        wanted = {"iss": SERVICE, "sub": ADMIN, "scope": SCOPE, "aud": "https://oauth2.googleapis.com/token"}
        is_grant = form.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        if not is_grant or any(claims.get(name) != value for name, value in wanted.items()):
            return web.json_response({"error": "unauthorized_client"}, status=401)
        vendor.tokens += 1
        return web.json_response({"access_token": f"token-{vendor.tokens}", "expires_in": 3_599})

    async def listing(request: web.Request) -> web.Response:
        if not vendor.is_let_in(request):
            return web.json_response({"error": {"code": 401}}, status=401)
        query, link = request.query, request.query.get("pageToken", "")
        if link and vendor.forgets_links:
            return gone("invalid")
        found = vendor.window(request.match_info["application"], query["startTime"], query["endTime"])
        page, following = vendor.page(found, int(link.removeprefix("A:") or "0"))
        answer: dict[str, Any] = {"kind": "admin#reports#activities", "etag": '"x"'}
        answer |= {"items": page} if page else {}
        answer |= {"nextPageToken": f"A:{following}"} if following else {}
        return web.json_response(answer)

    path = "/admin/reports/v1/activity/users/all/applications/{application}"
    async with served(vendor, {"POST /token": token, f"GET {path}": listing}):
        yield vendor
