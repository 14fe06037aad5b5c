"""An emulator of Fleet's published contract: *List hosts* of its REST API. It is not Fleet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from tests.emulators.vendor import Vendor, served


def host(number: int = 1, **more: Any) -> dict[str, Any]:
    """A host as the reference shows it, with what Limen reads."""
    return {
        "id": number,
        "hostname": f"lark-{number}",
        "display_name": f"lark-{number}",
        "uuid": f"392547DC-0000-4000-A87A-{number:012}",
        "hardware_serial": f"C02LARK{number}",
        "platform": "darwin",
        "os_version": "macOS 26.1",
        "seen_time": "2026-11-27T09:00:00Z",
        "status": "online",
        "disk_encryption_enabled": True,
        "issues": {"failing_policies_count": 0, "total_issues_count": 0},
        "mdm": {"enrollment_status": "On (automatic)", "name": "Fleet", "encryption_key_available": True},
        "device_mapping": [{"email": "ida@harbor.example", "source": "mdm_idp_accounts"}],
        **more,
    }


@asynccontextmanager
async def fleet(*hosts: dict[str, Any]) -> AsyncIterator[Vendor]:
    vendor = Vendor(devices=list(hosts))

    async def listing(request: web.Request) -> web.Response:
        if request.headers.get("authorization") != f"Bearer {vendor.secret}":
            return web.json_response({"message": "Authentication required"}, status=401)
        page, size = int(request.query["page"]), int(request.query["per_page"])
        return web.json_response({"hosts": vendor.devices[page * size : (page + 1) * size]})

    async with served(vendor, {"GET /api/v1/fleet/hosts": listing}):
        yield vendor
