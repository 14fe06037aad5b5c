"""An emulator of Microsoft Graph's published contract for logs: `signIns`, `directoryAudits` and `alerts_v2`.

From the references of *List signIns*, *List directoryAudits* and *List alerts_v2*, and of paging and throttling, as of
November 2026. It is not Graph.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from tests.emulators.intune import CLIENT, TENANT
from tests.emulators.logs import LogVendor, gone
from tests.emulators.vendor import served

__all__ = ["CLIENT", "TENANT", "graph_logs", "sign_in"]

SIGN_INS, AUDITS, ALERTS = "/v1.0/auditLogs/signIns", "/v1.0/auditLogs/directoryAudits", "/v1.0/security/alerts_v2"
_SCOPES = {"https://graph.microsoft.com/.default", "https://manage.office.com/.default"}
_FILTER = re.compile(r"(createdDateTime|activityDateTime|lastUpdateDateTime) ge (\S+) and \1 le (\S+)")


def sign_in(number: int, at: str, **more: Any) -> dict[str, Any]:
    """A sign-in as the reference shows it, shortened."""
    return {
        "id": f"66ea54eb-6301-4ee5-be62-{number:012}",
        "createdDateTime": at,
        "userPrincipalName": "ida@harbor.example",
        "userId": "d7cc485d-2c1b-422c-98fd-5ce52859a4a3",
        "appDisplayName": "Office 365 Exchange Online",
        "ipAddress": "203.0.113.7",
        "clientAppUsed": "Browser",
        "isInteractive": True,
        "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": None},
        "deviceDetail": {"deviceId": "", "operatingSystem": "Windows 11", "browser": "Edge 143.0.0"},
        "location": {"city": "Lisboa", "countryOrRegion": "PT"},
        **more,
    }


@asynccontextmanager
async def graph_logs() -> AsyncIterator[LogVendor]:
    vendor = LogVendor()

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        if request.match_info["tenant"] != TENANT or form.get("scope") not in _SCOPES:
            return web.json_response({"error": "invalid_request"}, status=400)
        return await vendor.token(request)

    async def listing(request: web.Request) -> web.Response:
        if not vendor.is_let_in(request):
            return web.json_response({"error": {"code": "InvalidAuthenticationToken"}}, status=401)
        link = request.query.get("$skiptoken", "")
        if link and vendor.forgets_links:
            return gone("InvalidSkipToken")
        told = link.partition("|")[2] or request.query["$filter"]
        window = _FILTER.fullmatch(told)
        if window is None:
            return gone("BadRequest")
        vendor.instant = window[1]
        found = vendor.window(request.path, window[2], window[3])
        page, following = vendor.page(found, int(link.partition("|")[0] or "0"))
        answer: dict[str, Any] = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata", "value": page}
        if following:
            skip = f"{following}|{told}".replace(" ", "%20")
            answer["@odata.nextLink"] = f"{vendor.origin}{request.path}?$skiptoken={skip}"
        return web.json_response(answer)

    routes = {"POST /{tenant}/oauth2/v2.0/token": token} | {f"GET {one}": listing for one in (SIGN_INS, AUDITS, ALERTS)}
    async with served(vendor, routes):
        yield vendor
