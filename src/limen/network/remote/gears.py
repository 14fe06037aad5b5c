"""The firewall that network.yaml names, with a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from limen.connectors.aws.ec2 import Ec2
from limen.connectors.opnsense.filter import Filter
from limen.connectors.unifi.network import UnifiNetwork
from limen.connectors.vendor_client import VendorClient, closing_clients
from limen.errors import LimenError
from limen.network.emit.guarded import guarded
from limen.network.model import Firewall, Network
from limen.network.remote.aws import AwsVpc
from limen.network.remote.gear import Gear
from limen.network.remote.opnsense import Opnsense
from limen.network.remote.unifi import Unifi

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws": ("aws_access_key_id", "aws_secret_access_key"),
    "opnsense": ("key", "secret"),
    "unifi": ("api_key",),
}
"""By kind, what a file with its key has to hold, each as `name = value`, named as the vendor names it."""


@dataclass(frozen=True, slots=True)
class Clients:
    """`client` makes a client of HTTP for an origin; `aws`: the origin of EC2, "" for that of the firewall's region."""

    client: Callable[[str], VendorClient]
    aws: str = ""

    @asynccontextmanager
    async def opened(
        self, network: Network, firewall: Firewall, today: str, key: Mapping[str, str]
    ) -> AsyncIterator[Gear]:
        """`key` holds the `KEYS` of this kind. Raises LimenError."""
        async with closing_clients(self.client) as at:
            if firewall.kind == "opnsense":
                yield Opnsense(network, firewall, today, Filter(at(firewall.reference), key["key"], key["secret"]))
                return
            if firewall.kind == "unifi":
                yield Unifi(network, firewall, today, UnifiNetwork(at(firewall.reference), key["api_key"]))
                return
            if not firewall.region:
                raise LimenError(f"{firewall.name} has no region", "add `region: eu-central-1` to it in network.yaml")
            origin = self.aws or f"https://ec2.{firewall.region}.amazonaws.com"
            access_key, secret = (key[name] for name in KEYS["aws"])
            ec2 = Ec2(at(origin), firewall.region, access_key, secret)
            yield AwsVpc(guarded(network, firewall, today), firewall.reference, ec2)


def key_of(kind: str, text: str) -> dict[str, str]:
    """What a file with a key holds: lines as `name = value`. Raises LimenError, which says nothing of it."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    found = {name.strip(): value.strip() for name, value in pairs}
    wanted = KEYS[kind]
    if not all(found.get(name) and found[name].isascii() and found[name].isprintable() for name in wanted):
        raise LimenError("this file holds no key for it", f"write into it: {', '.join(f'{one} = …' for one in wanted)}")
    return {name: found[name] for name in wanted}
