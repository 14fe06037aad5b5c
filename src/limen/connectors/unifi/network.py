"""Zones and policies of a UniFi site by the integration API of UniFi Network, with an API key.

Lists come in pages of at most 200 (developer.ui.com, UniFi Network API, "Filtering and pagination").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from limen.connectors.vendor_client import VendorClient, VendorError, listed, object_of, text_in
from limen.guarded_http import Query

BASE: Final = "/proxy/network/integration/v1"
PER_PAGE: Final = 200
MOST_PAGES: Final = 100
_SENT: Final = frozenset({200, 201, 204})


@dataclass
class UnifiNetwork:
    """One console with one site."""

    client: VendorClient
    key: str = field(repr=False)
    _site: str = ""

    async def zones(self) -> list[dict[str, Any]]:
        """Raises VendorError, as all of these."""
        found = await self._pages(f"{await self._path()}/firewall/zones")
        if not all(isinstance(one.get("id"), str) and isinstance(one.get("name"), str) for one in found):
            raise VendorError("garbage")
        return found

    async def policies(self) -> list[dict[str, Any]]:
        """In the order in which they are evaluated."""
        found = await self._pages(f"{await self._path()}/firewall/policies")
        if not all(map(_is_sound, found)):
            raise VendorError("garbage")
        return found

    async def create_policy(self, policy: Mapping[str, Any]) -> None:
        await self._send("POST", "/firewall/policies", policy)

    async def delete_policy(self, id_: str) -> None:
        await self._send("DELETE", f"/firewall/policies/{_checked(id_)}", None)

    async def order_policies(self, from_zone: str, to_zone: str, ids: Sequence[str]) -> None:
        """The user's own between two zones, all of them before those of the system."""
        query = [("sourceFirewallZoneId", from_zone), ("destinationFirewallZoneId", to_zone)]
        ordered = {"beforeSystemDefined": list(ids), "afterSystemDefined": []}
        await self._send("PUT", "/firewall/policies/ordering", {"orderedFirewallPolicyIds": ordered}, query)

    # Inside

    async def _path(self) -> str:
        if not self._site:
            sites = await self._pages(f"{BASE}/sites")
            if len(sites) != 1:
                raise VendorError("garbage")
            self._site = _checked(text_in(sites[0], "id"))
        return f"{BASE}/sites/{self._site}"

    async def _send(self, method: str, path: str, body: Mapping[str, Any] | None, query: Query = ()) -> None:
        await self.client.send(method, f"{await self._path()}{path}", body, self._signed(), query=query, fine=_SENT)

    async def _pages(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            asked = [("offset", str(len(found))), ("limit", str(PER_PAGE))]
            page = object_of(await self.client.reply(path, asked, self._signed()))
            some, total = listed(page, "data"), page.get("totalCount")
            found += some
            if type(total) is not int or (not some and len(found) < total):
                raise VendorError("garbage")
            if len(found) >= total:
                return found
        raise VendorError("too-much")

    def _signed(self) -> dict[str, str]:
        return {"x-api-key": self.key}


def _is_sound(policy: Mapping[str, Any]) -> bool:
    """Whether it says between which zones it is, and whose it is."""
    sides = (policy.get("source"), policy.get("destination"))
    is_between = all(isinstance(one, dict) and isinstance(one.get("zoneId"), str) for one in sides)
    return is_between and isinstance(policy.get("metadata"), dict) and isinstance(policy.get("name"), str)


def _checked(id_: str) -> str:
    if not 0 < len(id_) <= 64 or not all(one.isascii() and (one.isalnum() or one == "-") for one in id_):
        raise VendorError("garbage")
    return id_
