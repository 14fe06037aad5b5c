"""The devices that Intune manages, by Microsoft Graph v1.0 (`GET /deviceManagement/managedDevices`).

Limen signs in as an app of the tenant with the permission `DeviceManagementManagedDevices.Read.All`. Graph has no delta
query for them: each turn lists all of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from limen.connectors.microsoft.sign_in import GRAPH, app_token
from limen.connectors.vendor_client import VendorClient, VendorError, listed

PER_PAGE: Final = 500
MOST_PAGES: Final = 400
FIELDS: Final = (
    "id",
    "deviceName",
    "managedDeviceOwnerType",
    "lastSyncDateTime",
    "operatingSystem",
    "complianceState",
    "managementAgent",
    "isEncrypted",
    "jailBroken",
    "userPrincipalName",
    "serialNumber",
    "model",
    "azureADDeviceId",
)


async def managed_devices(
    sign_in: VendorClient, graph: VendorClient, tenant: str, client: str, secret: str
) -> AsyncIterator[list[dict[str, Any]]]:
    """Every managed device, page by page, with `FIELDS`. Raises VendorError."""
    token = await app_token(sign_in, tenant, client, secret, GRAPH)
    query = [("$select", ",".join(FIELDS)), ("$top", str(PER_PAGE))]
    page = await graph.get("/v1.0/deviceManagement/managedDevices", query, token)
    for _ in range(MOST_PAGES):
        yield listed(page, "value")
        following = page.get("@odata.nextLink")
        if following is None:
            return
        if not isinstance(following, str):
            raise VendorError("garbage")
        page = await graph.get_link(following, token)
    raise VendorError("too-much")
