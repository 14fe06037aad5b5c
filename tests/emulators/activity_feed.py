"""An emulator of the published contract of Microsoft's *Office 365 Management Activity API*. It is not Microsoft 365.

From its reference and schema, as of November 2026: subscriptions, content by the time at which it could be had, blobs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.emulators.intune import TENANT
from tests.emulators.logs import LogVendor
from tests.emulators.vendor import Vendor, served

from limen.clock import DAY, from_iso


@dataclass
class Feed(LogVendor):
    """`blobs` by their ids. One that is not there any more is answered with 410. `sign_in`: who gives the tokens, where
    that is another emulator.
    """

    blobs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    sign_in: Vendor | None = None

    def is_let_in(self, request: web.Request) -> bool:
        return self.sign_in.is_let_in(request) if self.sign_in is not None else super().is_let_in(request)

    def publish(self, content: str, name: str, at: str, *records: dict[str, Any]) -> None:
        self.blobs[name] = list(records)
        uri = f"{self.origin}/api/v1.0/{TENANT}/activity/feed/audit/{name}"
        told = {"contentType": content, "contentId": name, "contentUri": uri, "contentCreated": at}
        self.add(content, {**told, "contentExpiration": "2026-12-04T09:00:00.000Z"})


def mailbox_rule(number: int, at: str = "2026-11-27T08:59:00") -> dict[str, Any]:
    """A record of Exchange as the schema shows it, shortened."""
    return {
        "CreationTime": at,
        "Id": f"a2f8a0d1-0000-4000-8000-{number:012}",
        "Operation": "New-InboxRule",
        "OrganizationId": TENANT,
        "RecordType": 1,
        "ResultStatus": "True",
        "UserId": "ida@harbor.example",
        "Workload": "Exchange",
        "ClientIP": "203.0.113.7:51234",
        "Parameters": [{"Name": "ForwardTo", "Value": "drop@elsewhere.example"}],
    }


@asynccontextmanager
async def activity_feed() -> AsyncIterator[Feed]:
    vendor = Feed(instant="contentCreated")
    feed = f"/api/v1.0/{TENANT}/activity/feed"

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("scope") != "https://manage.office.com/.default":
            return web.json_response({"error": "invalid_request"}, status=400)
        return await vendor.token(request)

    def refused(request: web.Request) -> web.Response | None:
        if vendor.is_let_in(request):
            return None
        return web.json_response({"error": {"code": "AF10001"}}, status=401)

    async def subscriptions(request: web.Request) -> web.Response:
        listed = [{"contentType": one, "status": "enabled", "webhook": None} for one in vendor.started]
        return refused(request) or web.json_response(listed)

    async def start(request: web.Request) -> web.Response:
        content = request.query["contentType"]
        if content in vendor.started:
            return web.json_response({"error": {"code": "AF20024"}}, status=400)
        vendor.started.append(content)
        return refused(request) or web.json_response({"contentType": content, "status": "enabled", "webhook": None})

    async def content(request: web.Request) -> web.Response:
        query = request.query
        since, until, name = query["startTime"], query["endTime"], query["contentType"]
        if name not in vendor.started:
            return web.json_response({"error": {"code": "AF20022"}}, status=400)
        if from_iso(until) - from_iso(since) > DAY:
            return web.json_response({"error": {"code": "AF20030"}}, status=400)
        page, following = vendor.page(vendor.window(name, since, until), int(query.get("nextPage", "0")))
        answer = refused(request) or web.json_response(page)
        if following:
            answer.headers["NextPageUri"] = (
                f"{vendor.origin}{feed}/subscriptions/content?contentType={name}&startTime={since}&endTime={until}"
                f"&nextPage={following}"
            )
        return answer

    async def blob(request: web.Request) -> web.Response:
        found = vendor.blobs.get(request.match_info["name"])
        if found is None:
            return web.json_response({"error": {"code": "AF20051"}}, status=410)
        return refused(request) or web.json_response(found)

    routes = {
        "POST /{tenant}/oauth2/v2.0/token": token,
        f"GET {feed}/subscriptions/list": subscriptions,
        f"POST {feed}/subscriptions/start": start,
        f"GET {feed}/subscriptions/content": content,
        f"GET {feed}/audit/{{name}}": blob,
    }
    async with served(vendor, routes):
        yield vendor
