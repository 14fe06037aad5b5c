"""Of which devices Entra ID keeps a BitLocker recovery key (Microsoft Graph v1.0,
`GET /informationProtection/bitlocker/recoveryKeys`): that there is one, and never the key.

Limen signs in as an app of the tenant with the permission `BitlockerKey.ReadBasic.All`, which shows no key. And a list
never holds any: Graph answers with one only where `$select=key` asks for it, of a single key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.connectors.microsoft.sign_in import GRAPH, app_token
from limen.connectors.vendor_client import VendorClient, VendorError, listed

MOST_PAGES: Final = 1_000
MOST_KEYS: Final = 500_000
_PATH: Final = "/v1.0/informationProtection/bitlocker/recoveryKeys"
_FORBIDDEN: Final = 403
_SYSTEM_VOLUME: Final = frozenset({"operatingSystemVolume", "1", 1})


async def recovery_keys(
    sign_in: VendorClient, graph: VendorClient, tenant: str, client: str, secret: str
) -> Mapping[str, str] | None:
    """When the newest key of the system's volume was escrowed (ISO 8601), by the device's id in Entra ID, in lower
    case; None where this app may not read that. Raises VendorError.
    """
    token = await app_token(sign_in, tenant, client, secret, GRAPH)
    try:
        page = await graph.get(_PATH, [], token)
    except VendorError as error:
        if error.status == _FORBIDDEN:  # a company may leave this permission out
            return None
        raise
    found: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        for one in listed(page, "value"):
            _take(found, one)
        if len(found) > MOST_KEYS:
            raise VendorError("too-much")
        following = page.get("@odata.nextLink")
        if following is None:
            return found
        if not isinstance(following, str):
            raise VendorError("garbage")
        page = await graph.get_link(following, token)
    raise VendorError("too-much")


def _take(found: dict[str, str], one: Mapping[str, Any]) -> None:
    device, at, volume = one.get("deviceId"), one.get("createdDateTime"), one.get("volumeType")
    if isinstance(device, str) and isinstance(at, str) and isinstance(volume, str | int) and volume in _SYSTEM_VOLUME:
        key = device[:64].casefold()
        found[key] = max(found.get(key, ""), at[:40])
