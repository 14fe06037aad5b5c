"""Which vendor is asked for which kind of source, and how what it answers becomes records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from limen.connectors.fleet.hosts import hosts
from limen.connectors.jamf.inventory import computers, mobile_devices
from limen.connectors.microsoft.managed_devices import managed_devices
from limen.connectors.microsoft.recovery_keys import recovery_keys
from limen.connectors.microsoft.sign_in import GRAPH, SIGN_IN
from limen.connectors.vendor_client import VendorClient, closing_clients
from limen.devices.sources import fleet, intune, jamf
from limen.devices.sources.record import Record
from limen.facts.device_rules import DeviceSource, SourceKind


@dataclass(frozen=True, slots=True)
class Vendors:
    """Asks vendors. `client` makes one for an origin; `sign_in` and `graph` are Microsoft's."""

    client: Callable[[str], VendorClient]
    sign_in: str = SIGN_IN
    graph: str = GRAPH

    async def records(self, source: DeviceSource, secret: str) -> AsyncIterator[list[Record]]:
        """All devices that a source knows, page by page. Raises VendorError."""
        async with closing_clients(self.client) as opened:
            match source.kind:
                case SourceKind.INTUNE:
                    sign_in, graph = opened(self.sign_in), opened(self.graph)
                    app = (source.tenant, source.client, secret)
                    keys = await recovery_keys(sign_in, graph, *app)
                    async for page in managed_devices(sign_in, graph, *app):
                        yield _all(page, partial(intune.record_of, keys=keys))
                case SourceKind.FLEET:
                    async for page in hosts(opened(source.url), secret):
                        yield _all(page, fleet.record_of)
                case SourceKind.JAMF:
                    api = opened(source.url)
                    async for page in computers(api, source.client, secret):
                        yield _all(page, jamf.record_of_computer)
                    async for page in mobile_devices(api, source.client, secret):
                        yield _all(page, jamf.record_of_mobile)
                case _:
                    raise ValueError(source.kind)


def _all(page: list[dict[str, Any]], read: Callable[[Mapping[str, Any]], Record | None]) -> list[Record]:
    return [record for one in page if (record := read(one)) is not None]
