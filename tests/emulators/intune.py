"""An emulator of Microsoft's published contract: client credentials, `managedDevices` and `recoveryKeys` of Graph.

It is not Graph.
From the reference of *List managedDevices* and *managedDevice*, and of paging and throttling, as of November 2026.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from tests.emulators.vendor import Vendor, served

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
PER_PAGE = 2


def managed_device(number: int = 1, **more: Any) -> dict[str, Any]:
    """A device as the reference shows it, with the fields that are selected."""
    return {
        "id": f"705c034c-034c-705c-4c03-{number:012}",
        "deviceName": f"LARK-{number}",
        "managedDeviceOwnerType": "company",
        "lastSyncDateTime": "2026-11-27T09:00:00.1234567Z",
        "operatingSystem": "Windows",
        "complianceState": "compliant",
        "managementAgent": "mdm",
        "isEncrypted": True,
        "jailBroken": "Unknown",
        "userPrincipalName": "ida@harbor.example",
        "serialNumber": f"PF-2ABCD{number}",
        "model": "ThinkPad X1",
        "azureADDeviceId": f"e6b1d0ce-0000-4000-8000-{number:012}",
        **more,
    }


def recovery_key(number: int = 1, **more: Any) -> dict[str, Any]:
    """A BitLocker key as the reference shows it in a list: without the key."""
    return {
        "id": f"b465e4e8-e4e8-b465-e8e4-{number:012}",
        "createdDateTime": "2026-06-15T13:45:30Z",
        "volumeType": "operatingSystemVolume",
        "deviceId": f"e6b1d0ce-0000-4000-8000-{number:012}",
        **more,
    }


@asynccontextmanager
async def intune(*devices: dict[str, Any], keys: list[dict[str, Any]] | None = None) -> AsyncIterator[Vendor]:
    """`keys`: the recovery keys that Entra ID keeps; None: Limen may not read of them."""
    vendor = Vendor(devices=list(devices))

    async def sign_in(request: web.Request) -> web.Response:
        form = await request.post()
        if request.match_info["tenant"] != TENANT or form.get("scope") != "https://graph.microsoft.com/.default":
            return web.json_response({"error": "invalid_request"}, status=400)
        return await vendor.token(request)

    async def listing(request: web.Request) -> web.Response:
        if not vendor.is_let_in(request):
            return web.json_response({"error": {"code": "InvalidAuthenticationToken"}}, status=401)
        of_keys = request.path.endswith("/recoveryKeys")
        if of_keys and keys is None:
            return web.json_response({"error": {"code": "authorization_error"}}, status=403)
        listed = (keys or []) if of_keys else vendor.devices
        at = int(request.query.get("$skiptoken", "0"))
        answer: dict[str, Any] = {"value": listed[at : at + PER_PAGE]}
        if at + PER_PAGE < len(listed):
            answer["@odata.nextLink"] = f"{vendor.origin}{request.path}?$skiptoken={at + PER_PAGE}"
        return web.json_response(answer)

    routes = {
        "POST /{tenant}/oauth2/v2.0/token": sign_in,
        "GET /v1.0/deviceManagement/managedDevices": listing,
        "GET /v1.0/informationProtection/bitlocker/recoveryKeys": listing,
    }
    async with served(vendor, routes):
        yield vendor
