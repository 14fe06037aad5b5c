"""VPC firewall rules of Google Cloud, by the Compute Engine API (`compute.firewalls`).

A rule there has no fingerprint: two who change it at once don't see each other. So a rule is looked at right before it
is written, and what is not as it was is left. What is asked for begins an operation, which is waited for; its
`requestId` keeps a request that is sent twice from being done twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from limen.connectors.long_operations import ended
from limen.connectors.vendor_client import VendorClient, VendorError, bearer, listed, object_of, text_in
from limen.errors import LimenError
from limen.guarded_http import Reply

COMPUTE: Final = "https://compute.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/compute"
NAME_OF_A_NETWORK: Final = "projects/…/global/networks/…"
_NETWORK: Final = re.compile(r"projects/([a-z0-9.:-]{1,63})/global/networks/([a-z]([a-z0-9-]{0,61}[a-z0-9])?)")
_NAME: Final = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_OPERATION: Final = re.compile(r"[\w.-]{1,200}")
_PER_PAGE: Final = "500"
_MOST_PAGES: Final = 100
_ANSWERED: Final = frozenset({200, 400, 404, 409, 412})
_BUSY: Final = b"resourceNotReady"


@dataclass
class FirewallRules:
    """Those of a network, which goes by `projects/<project>/global/networks/<name>`. Raises LimenError where that is
    none.
    """

    client: VendorClient
    network: str
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        found = _NETWORK.fullmatch(self.network)
        if found is None:
            raise LimenError("this is not the name of a VPC network", f"write it as {NAME_OF_A_NETWORK}")
        self._project = f"/compute/v1/projects/{found.group(1)}/global"

    async def every(self) -> list[dict[str, Any]]:
        """The rules of the network, once no operation on rules of the project is going on."""
        await ended(self.client, self._is_quiet)
        rules = await self._listed("firewalls", ())
        return [one for one in rules if str(one.get("network", "")).endswith(f"/{self.network}")]

    async def one(self, name: str) -> dict[str, Any] | None:
        """None: there is no such rule."""
        reply = await self._send("GET", f"firewalls/{_checked(name)}", None, frozenset({200, 404}))
        return None if reply.status == 404 else dict(object_of(reply))

    async def insert(self, rule: Mapping[str, Any]) -> None:
        """Make a rule. One of its name is left as it is."""
        await self._write("POST", "firewalls", rule)

    async def put(self, rule: Mapping[str, Any]) -> None:
        """Write a rule anew."""
        await self._write("PUT", f"firewalls/{_checked(str(rule['name']))}", rule)

    async def delete(self, name: str) -> None:
        await self._write("DELETE", f"firewalls/{_checked(name)}", None)

    # Inside

    async def _write(self, method: str, path: str, body: Mapping[str, Any] | None) -> None:
        async def is_begun() -> bool:
            """Where somebody else's operation on it is going on, it is asked for again."""
            query = (("requestId", str(uuid4())),)
            reply = await self._send(method, path, body, _ANSWERED, query)
            if reply.status == 400 and _BUSY in reply.body:
                return False
            if reply.status in {404, 409, 412}:
                raise VendorError("changed", reply.status)
            if reply.status == 400:
                raise VendorError("refused", reply.status)
            await self._ended(object_of(reply))
            return True

        await ended(self.client, is_begun)

    async def _ended(self, operation: Mapping[str, Any]) -> None:
        name, now = text_in(operation, "name", 200), operation
        if not _OPERATION.fullmatch(name):
            raise VendorError("garbage")

        async def is_done() -> bool:
            nonlocal now
            if now.get("status") != "DONE":
                now = object_of(await self._send("GET", f"operations/{name}", None, frozenset({200})))
            if now.get("error"):
                raise VendorError("refused")
            return now.get("status") == "DONE"

        await ended(self.client, is_done)

    async def _is_quiet(self) -> bool:
        going_on = await self._listed("operations", (("filter", "status!=DONE"),))
        return not any("/global/firewalls/" in str(one.get("targetLink", "")) for one in going_on)

    async def _listed(self, what: str, query: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        more: tuple[tuple[str, str], ...] = ()
        for _ in range(_MOST_PAGES):
            asked = (*query, ("maxResults", _PER_PAGE), *more)
            page = object_of(await self._send("GET", what, None, frozenset({200}), asked))
            found += listed(page, "items") if "items" in page else []
            if not page.get("nextPageToken"):
                return found
            more = (("pageToken", text_in(page, "nextPageToken")),)
        raise VendorError("too-much")

    async def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        fine: frozenset[int],
        query: Sequence[tuple[str, str]] = (),
    ) -> Reply:
        return await self.client.send(
            method, f"{self._project}/{path}", body, bearer(self.token), query=query, fine=fine
        )


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise VendorError("garbage")
    return name
