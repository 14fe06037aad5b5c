"""An emulator of GitHub's published contract: *Get the audit log for an organization*. It is not GitHub.

From its REST reference and *Using pagination in the REST API*, as of November 2026.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from aiohttp import web
from tests.emulators.logs import LogVendor, gone
from tests.emulators.vendor import served

from limen.clock import from_iso


def audit(number: int, at: str, **more: Any) -> dict[str, Any]:
    """An entry as the reference shows it, shortened."""
    return {
        "@timestamp": from_iso(at),
        "_document_id": f"xJJFlFOhQ6b-{number}",
        "action": "org.add_member",
        "actor": "ida-harbor",
        "created_at": from_iso(at),
        "org": "harbor",
        "user": "olaf-harbor",
        **more,
    }


@asynccontextmanager
async def github() -> AsyncIterator[LogVendor]:
    vendor = LogVendor()

    async def listing(request: web.Request) -> web.Response:
        if request.headers.get("authorization") != f"Bearer {vendor.secret}":
            return web.json_response({"message": "Bad credentials"}, status=401)
        query = request.query
        if query["order"] != "asc" or query["include"] != "all":
            return gone("not as asked for")
        if query.get("after") and vendor.forgets_links:
            return gone("cursor")
        since, _, until = query["phrase"].removeprefix("created:").partition("..")
        first, last = from_iso(since), from_iso(until)
        found = [one for one in vendor.records.get("harbor", []) if first <= one["@timestamp"] <= last]
        page, following = vendor.page(found, int(query.get("after", "0")))
        answer = web.json_response(page)
        if following:
            told = f"phrase={quote(query['phrase'])}&include=all&order=asc&per_page=100"
            here = f"{vendor.origin}{request.path}?{told}"
            answer.headers["link"] = f'<{here}&after={following}>; rel="next", <{here}&before=0>; rel="prev"'
        return answer

    async with served(vendor, {"GET /orgs/harbor/audit-log": listing}):
        yield vendor
