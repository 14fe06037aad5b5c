"""An emulator of Jamf's published contract: API clients, and the inventory of the Jamf Pro API. It is not Jamf Pro."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from tests.emulators.vendor import Vendor, served


def computer(number: int = 1, **more: Any) -> dict[str, Any]:
    """A computer as the schema of `ComputerInventory` has it, with the sections that are asked for."""
    return {
        "id": str(number),
        "udid": f"A311B7C8-75EE-48CF-9B1B-{number:012}",
        "general": {
            "name": f"lark-{number}",
            "lastContactTime": "2026-11-27T09:00:00.123Z",
            "remoteManagement": {"managed": True},
        },
        "hardware": {"serialNumber": f"C02JAMF{number}", "model": "MacBook Pro"},
        "operatingSystem": {"name": "macOS", "version": "26.1"},
        "userAndLocation": {"username": "ida", "email": "ida@harbor.example"},
        "diskEncryption": {
            "bootPartitionEncryptionDetails": {"partitionFileVault2State": "ENCRYPTED"},
            "fileVault2Enabled": True,
            "individualRecoveryKeyValidityStatus": "VALID",
        },
        "security": {"firewallEnabled": True, "secureBootLevel": "FULL_SECURITY"},
        **more,
    }


def mobile_device(number: int = 1, **more: Any) -> dict[str, Any]:
    """A mobile device as the detail of the mobile device inventory has it."""
    return {
        "mobileDeviceId": str(number),
        "deviceType": "iOS",
        "general": {
            "udid": f"00008130-00{number:014}",
            "displayName": f"Ida's iPhone {number}",
            "managed": True,
            "lastInventoryUpdateDate": "2026-11-27T08:00:00.000Z",
        },
        "hardware": {"serialNumber": f"F2LX000{number}", "model": "iPhone 17"},
        "userAndLocation": {"username": "ida", "emailAddress": "ida@harbor.example"},
        **more,
    }


@asynccontextmanager
async def jamf(computers: list[dict[str, Any]], mobiles: list[dict[str, Any]]) -> AsyncIterator[Vendor]:
    vendor = Vendor()

    def listing(every: list[dict[str, Any]]) -> Any:
        async def answer(request: web.Request) -> web.Response:
            if not vendor.is_let_in(request):
                return web.json_response({"httpStatus": 401}, status=401)
            page, size = int(request.query["page"]), int(request.query["page-size"])
            found = every[page * size : (page + 1) * size]
            return web.json_response({"totalCount": len(every), "results": found})

        return answer

    routes = {
        "POST /api/v1/oauth/token": vendor.token,
        "GET /api/v1/computers-inventory": listing(computers),
        "GET /api/v2/mobile-devices/detail": listing(mobiles),
    }
    async with served(vendor, routes):
        yield vendor
