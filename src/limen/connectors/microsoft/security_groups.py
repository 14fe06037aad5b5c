"""Network security groups of Azure, by Azure Resource Manager (`Microsoft.Network/networkSecurityGroups`).

A group is written whole, so that its rules change all at once or not at all. Each write says which version it was
meant for (`If-Match`, RFC 9110 section 13.1.1); since the reference of this resource does not promise that the header
is heeded, the version is looked at right before as well. What is answered may go on for a while
(*Track asynchronous Azure operations*): it is waited for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from limen.connectors.long_operations import ended
from limen.connectors.vendor_client import VendorClient, VendorError, bearer, listed, object_of, text_in
from limen.errors import LimenError
from limen.guarded_http import Reply

MANAGEMENT: Final = "https://management.azure.com"
VERSION: Final = "2024-05-01"
_QUERY: Final = (("api-version", VERSION),)
ID_OF_A_NETWORK: Final = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…"
_NETWORK: Final = re.compile(
    r"(/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[\w.()-]{1,90}/providers/Microsoft\.Network)"
    r"/virtualNetworks/([\w.-]{1,80})"
)
_NAME: Final = re.compile(r"\w([\w.-]{0,78}\w)?")
_MOST_PAGES: Final = 100
_ANSWERED: Final = frozenset({200, 201, 202, 204, 400, 404, 409, 412})
_BUSY: Final = b"AnotherOperationInProgress"
_ENDS: Final = {"Succeeded": True, "Failed": False, "Canceled": False}


@dataclass
class SecurityGroups:
    """Those beside a virtual network, which goes by its resource ID. Raises LimenError where that is none."""

    client: VendorClient
    network_id: str
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        found = _NETWORK.fullmatch(self.network_id)
        if found is None:
            raise LimenError("this is not the resource ID of a virtual network", f"write it as {ID_OF_A_NETWORK}")
        self._beside, self._network = found.groups()

    async def network(self) -> Mapping[str, Any]:
        """The virtual network, with its subnets."""
        return await self._get(f"{self._beside}/virtualNetworks/{self._network}")

    async def every(self) -> list[dict[str, Any]]:
        """The groups of the resource group, each settled."""
        page = await self._get(f"{self._beside}/networkSecurityGroups")
        found = listed(page, "value")
        for _ in range(_MOST_PAGES):
            if not page.get("nextLink"):
                return [await self._settled(one) for one in found]
            page = await self.client.get_link(text_in(page, "nextLink"), self.token)
            found += listed(page, "value")
        raise VendorError("too-much")

    async def one(self, name: str) -> dict[str, Any] | None:
        """None: there is no such group."""
        reply = await self.client.send(
            "GET", self._path(name), None, bearer(self.token), query=_QUERY, fine=frozenset({200, 404})
        )
        return None if reply.status == 404 else await self._settled(dict(object_of(reply)))

    async def put(self, name: str, group: Mapping[str, Any], etag: str) -> None:
        """Write it whole, over the version `etag`; "": there is none yet."""
        await self._write("PUT", name, group, etag)

    async def delete(self, name: str, etag: str) -> None:
        await self._write("DELETE", name, None, etag)

    # Inside

    async def _write(self, method: str, name: str, body: Mapping[str, Any] | None, etag: str) -> None:
        """Where somebody else's operation is still going on, wait for it, and look anew."""
        headers = {**bearer(self.token), **({"if-match": etag} if etag else {"if-none-match": "*"})}

        async def is_written() -> bool:
            now = await self.one(name)
            if (now or {}).get("etag", "") != etag:
                raise VendorError("changed")
            reply = await self.client.send(method, self._path(name), body, headers, query=_QUERY, fine=_ANSWERED)
            if reply.status == 409 and _BUSY in reply.body:
                return False
            if reply.status in {404, 412}:
                raise VendorError("changed", reply.status)
            if reply.status in {400, 409}:
                raise VendorError("refused", reply.status)
            await self._ended(reply)
            return True

        await ended(self.client, is_written)

    async def _ended(self, reply: Reply) -> None:
        where = reply.headers.get("azure-asyncoperation", "")
        if not where:
            return

        async def is_ended() -> bool:
            status = text_in(await self.client.get_link(where, self.token), "status", 40)
            if not _ENDS.get(status, True):
                raise VendorError("refused")
            return status in _ENDS

        await ended(self.client, is_ended)

    async def _settled(self, group: dict[str, Any]) -> dict[str, Any]:
        """The group once nothing that was asked before is still going on."""
        name, found = text_in(group, "name", 100), group

        async def is_settled() -> bool:
            nonlocal found
            if _state(found) not in {"Updating", "Deleting"}:
                return True
            found = dict(await self._get(self._path(name)))
            return _state(found) not in {"Updating", "Deleting"}

        await ended(self.client, is_settled)
        return found

    async def _get(self, path: str) -> Mapping[str, Any]:
        return await self.client.get(path, _QUERY, self.token)

    def _path(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise VendorError("garbage")
        return f"{self._beside}/networkSecurityGroups/{quote(name)}"


def _state(group: Mapping[str, Any]) -> str:
    inside = group.get("properties")
    if not isinstance(inside, dict):
        raise VendorError("garbage")
    return str(inside.get("provisioningState", ""))
