"""The hosts that Fleet knows, by its REST API (`GET /api/v1/fleet/hosts`), under the token of an API-only user."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from limen.connectors.vendor_client import VendorClient, VendorError, listed

PER_PAGE: Final = 100
MOST_PAGES: Final = 2_000


async def hosts(fleet: VendorClient, token: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Every host, page by page, with whom it is mapped to. Raises VendorError."""
    for page in range(MOST_PAGES):
        query = [("page", str(page)), ("per_page", str(PER_PAGE)), ("order_key", "id"), ("device_mapping", "true")]
        found = listed(await fleet.get("/api/v1/fleet/hosts", query, token), "hosts")
        yield found
        if len(found) < PER_PAGE:
            return
    raise VendorError("too-much")
