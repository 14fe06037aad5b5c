"""Rules of OPNsense by its API (`/api/firewall/filter`), with a key and secret of a user who may edit rules.

What is called changes the configuration alone; `apply` loads it into the firewall. Savepoints are not used: they are
gone since version 26.7, and went back for nobody before (opnsense/core, issues 10411 and 10721).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from limen.connectors.vendor_client import VendorClient, VendorError, object_of

FILTER: Final = "/api/firewall/filter"


@dataclass
class Filter:
    client: VendorClient
    key: str
    secret: str = field(repr=False)

    async def get(self) -> Mapping[str, Any]:
        """Every rule with all of its fields (`GET …/get`). Raises VendorError."""
        return object_of(await self.client.reply(f"{FILTER}/get", (), self._signed()))

    async def add(self, rule: Mapping[str, str]) -> None:
        await self._post("addRule", {"rule": rule}, {"saved"})

    async def put(self, uuid: str, rule: Mapping[str, str]) -> None:
        await self._post(f"setRule/{_checked(uuid)}", {"rule": rule}, {"saved"})

    async def delete(self, uuid: str) -> None:
        await self._post(f"delRule/{_checked(uuid)}", {}, {"deleted"})

    async def apply(self) -> None:
        """Load what was changed."""
        told = await self._asked("apply", {})
        if str(told.get("status", "")).strip().lower() != "ok":
            raise VendorError("refused")

    # Inside

    async def _post(self, operation: str, body: Mapping[str, Any], fine: set[str]) -> None:
        """A rule that OPNsense finds fault with is answered with 200 as well, and `result: failed`."""
        if (await self._asked(operation, body)).get("result") not in fine:
            raise VendorError("refused")

    async def _asked(self, operation: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return object_of(await self.client.send("POST", f"{FILTER}/{operation}", body, self._signed()))

    def _signed(self) -> dict[str, str]:
        """RFC 7617."""
        return {"authorization": f"Basic {b64encode(f'{self.key}:{self.secret}'.encode()).decode()}"}


def _checked(uuid: str) -> str:
    if not uuid or not all(one.isascii() and (one.isalnum() or one == "-") for one in uuid) or len(uuid) > 64:
        raise VendorError("garbage")
    return uuid
