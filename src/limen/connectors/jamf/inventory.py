"""The computers and mobile devices that Jamf Pro knows, by its Jamf Pro API, as an API client with a secret.

The role of the API client needs *Read Computers* and *Read Mobile Devices*. Its tokens live for some minutes, so each
list is begun with a new one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from limen.connectors.vendor_client import VendorClient, VendorError, listed, text_in
from limen.guarded_http import Query

PER_PAGE: Final = 100
MOST_PAGES: Final = 2_000
_COMPUTERS: Final = ("GENERAL", "HARDWARE", "OPERATING_SYSTEM", "USER_AND_LOCATION", "DISK_ENCRYPTION", "SECURITY")
_MOBILE: Final = ("GENERAL", "HARDWARE", "USER_AND_LOCATION")


async def computers(jamf: VendorClient, client: str, secret: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Every computer, page by page (`GET /api/v1/computers-inventory`). Raises VendorError."""
    sections = [("section", one) for one in _COMPUTERS]
    async for page in _pages(jamf, client, secret, "/api/v1/computers-inventory", [*sections, ("sort", "id:asc")]):
        yield page


async def mobile_devices(jamf: VendorClient, client: str, secret: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Every mobile device, page by page (`GET /api/v2/mobile-devices/detail`). Raises VendorError."""
    sections = [("section", one) for one in _MOBILE]
    async for page in _pages(jamf, client, secret, "/api/v2/mobile-devices/detail", sections):
        yield page


async def _pages(
    jamf: VendorClient, client: str, secret: str, path: str, query: Query
) -> AsyncIterator[list[dict[str, Any]]]:
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    token = text_in(await jamf.post_form("/api/v1/oauth/token", form), "access_token")
    seen = 0
    for number in range(MOST_PAGES):
        asked = [*query, ("page", str(number)), ("page-size", str(PER_PAGE))]
        page = await jamf.get(path, asked, token)
        found, total = listed(page, "results"), page.get("totalCount")
        if type(total) is not int or (not found and seen < total):
            raise VendorError("garbage")
        yield found
        seen += len(found)
        if seen >= total:
            return
    raise VendorError("too-much")
