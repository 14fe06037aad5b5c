"""An emulator of Okta's published contract: API tokens, service apps with a key, and the System Log. It is not Okta.

From *System Log query* (polling requests), *Rate limits* and *Implement OAuth for Okta with a service app*, as of
November 2026.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from tests.emulators.keys import claims_of
from tests.emulators.logs import LogVendor, gone
from tests.emulators.vendor import served

from limen.clock import from_iso

CLIENT = "0oacl0udlogs1234567"


def log_event(number: int, at: str, **more: Any) -> dict[str, Any]:
    """An event as the reference shows it, shortened."""
    return {
        "uuid": f"dc9fd3c0-598c-11ef-8478-{number:012}",
        "published": at,
        "eventType": "user.session.start",
        "version": "0",
        "severity": "INFO",
        "displayMessage": "User login to Okta",
        "actor": {"id": "00u1", "type": "User", "alternateId": "ida@harbor.example", "displayName": "Ida"},
        "client": {"ipAddress": "203.0.113.7", "userAgent": {"rawUserAgent": "Mozilla/5.0", "os": "Windows"}},
        "outcome": {"result": "SUCCESS", "reason": None},
        "target": None,
        **more,
    }


@dataclass
class Okta(LogVendor):
    """Events are in the order in which they were added, as Okta keeps them for polling."""

    def is_let_in(self, request: web.Request) -> bool:
        told = request.headers.get("authorization", "")
        return told == f"SSWS {self.secret}" or super().is_let_in(request)


@asynccontextmanager
async def okta() -> AsyncIterator[Okta]:
    vendor = Okta(instant="published")

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        claims = claims_of(str(form.get("client_assertion", "")))
        wanted = {"iss": CLIENT, "sub": CLIENT, "aud": f"{vendor.origin}/oauth2/v1/token"}
        if form.get("scope") != "okta.logs.read" or any(claims.get(name) != one for name, one in wanted.items()):
            return web.json_response({"error": "invalid_client"}, status=401)
        vendor.tokens += 1
        return web.json_response({"access_token": f"token-{vendor.tokens}", "token_type": "Bearer"})

    async def logs(request: web.Request) -> web.Response:
        if not vendor.is_let_in(request):
            return web.json_response({"errorCode": "E0000011"}, status=401)
        after, kept = request.query.get("after", ""), vendor.records.get("logs", [])
        if after and vendor.forgets_links:
            return gone("E0000031")
        if after:
            at = int(after)
        else:
            since = from_iso(request.query["since"])
            at = next((n for n, one in enumerate(kept) if from_iso(one["published"]) >= since), len(kept))
        page = kept[at : at + vendor.per_page]
        answer = web.json_response(page)
        answer.headers.add("link", f'<{vendor.origin}{request.rel_url}>; rel="self"')
        answer.headers.add("link", f'<{vendor.origin}/api/v1/logs?after={at + len(page)}&limit=2>; rel="next"')
        return answer

    async with served(vendor, {"POST /oauth2/v1/token": token, "GET /api/v1/logs": logs}):
        yield vendor
