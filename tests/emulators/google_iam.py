"""An emulator of Google's published contract: service accounts and their keys of the IAM API. It is not Google.

From the reference of *projects.serviceAccounts.list* and *keys.list*, as of November 2026.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.emulators.keys import claims_of
from tests.emulators.vendor import Vendor, served
from tests.emulators.workspace import SERVICE

from limen.connectors.google.service_accounts import SCOPE

PROJECT = SERVICE.partition("@")[2].partition(".")[0]
PER_PAGE = 2


def cloud_account(number: int, name: str, *keys: tuple[str, str], **more: Any) -> dict[str, Any]:
    """A service account as the reference shows it, beside its keys, each with its begin and end."""
    told = [
        {"name": f"keys/{n}", "validAfterTime": begin, "validBeforeTime": end} for n, (begin, end) in enumerate(keys)
    ]
    email = f"{name}@{PROJECT}.iam.gserviceaccount.com"
    return {"uniqueId": str(1_000 + number), "email": email, "displayName": name.title(), "keys": told, **more}


@dataclass
class GoogleIam(Vendor):
    accounts: list[dict[str, Any]] = field(default_factory=list)


@asynccontextmanager
async def google_iam(*accounts: dict[str, Any]) -> AsyncIterator[GoogleIam]:
    vendor = GoogleIam(accounts=list(accounts))

    async def token(request: web.Request) -> web.Response:
        claims = claims_of(str((await request.post()).get("assertion", "")))
        if claims.get("scope") != SCOPE or "sub" in claims:
            return web.json_response({"error": "invalid_scope"}, status=400)
        vendor.tokens += 1
        return web.json_response({"access_token": f"token-{vendor.tokens}", "token_type": "Bearer"})

    async def listing(request: web.Request) -> web.Response:
        if not vendor.is_let_in(request) or request.match_info["project"] != PROJECT:
            return web.json_response({"error": {"status": "PERMISSION_DENIED"}}, status=403)
        at = int(request.query.get("pageToken", "0"))
        shown = [{name: one[name] for name in one if name != "keys"} for one in vendor.accounts[at : at + PER_PAGE]]
        more = {"nextPageToken": str(at + PER_PAGE)} if at + PER_PAGE < len(vendor.accounts) else {}
        return web.json_response({**({"accounts": shown} if shown else {}), **more})

    async def keys(request: web.Request) -> web.Response:
        if not vendor.is_let_in(request) or request.query.get("keyTypes") != "USER_MANAGED":
            return web.json_response({"error": {"status": "PERMISSION_DENIED"}}, status=403)
        found = next(one["keys"] for one in vendor.accounts if one["uniqueId"] == request.match_info["account"])
        return web.json_response({"keys": found} if found else {})

    accounts_at = "/v1/projects/{project}/serviceAccounts"
    routes = {
        "POST /token": token,
        f"GET {accounts_at}": listing,
        f"GET {accounts_at}/{{account}}/keys": keys,
    }
    async with served(vendor, routes):
        yield vendor
