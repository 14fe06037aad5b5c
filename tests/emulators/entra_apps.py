"""An emulator of Microsoft's published contract: app registrations and service principals of Graph. It is not Graph.

From the reference of *List applications* and *List servicePrincipals*, as of November 2026.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.emulators.entra_groups import TENANT
from tests.emulators.vendor import Vendor, served

PER_PAGE = 2


def registration(number: int, name: str, *secrets: tuple[str, str], **more: Any) -> dict[str, Any]:
    """An app registration as the reference shows it; each secret with its begin and end."""
    told = [{"keyId": f"k{n}", "startDateTime": begin, "endDateTime": end} for n, (begin, end) in enumerate(secrets)]
    return {"appId": f"cccccccc-0000-0000-0000-{number:012}", "displayName": name, "passwordCredentials": told, **more}


def principal(number: int, name: str, **more: Any) -> dict[str, Any]:
    said = {"servicePrincipalType": "Application", "accountEnabled": True, "appOwnerOrganizationId": TENANT}
    return {**registration(number, name), **said, **more}


@dataclass
class EntraApps(Vendor):
    applications: list[dict[str, Any]] = field(default_factory=list)
    principals: list[dict[str, Any]] = field(default_factory=list)


@asynccontextmanager
async def entra_apps(applications: list[dict[str, Any]], principals: list[dict[str, Any]]) -> AsyncIterator[EntraApps]:
    vendor = EntraApps(applications=applications, principals=principals)

    def pages(of: str) -> Any:
        async def answer(request: web.Request) -> web.Response:
            if not vendor.is_let_in(request):
                return web.json_response({"error": {"code": "Authorization_RequestDenied"}}, status=403)
            at, every = int(request.query.get("$skiptoken", "0")), getattr(vendor, of)
            said: dict[str, Any] = {"value": every[at : at + PER_PAGE]}
            if at + PER_PAGE < len(every):
                said["@odata.nextLink"] = f"{vendor.origin}{request.path}?$skiptoken={at + PER_PAGE}"
            return web.json_response(said)

        return answer

    routes = {
        "POST /{tenant}/oauth2/v2.0/token": vendor.token,
        "GET /v1.0/applications": pages("applications"),
        "GET /v1.0/servicePrincipals": pages("principals"),
    }
    async with served(vendor, routes):
        yield vendor
