"""The firewall that network.yaml names, with a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from limen.clock import Instant
from limen.connectors.aws.ec2 import Ec2
from limen.connectors.google import sign_in as google
from limen.connectors.google.firewall_rules import COMPUTE, SCOPE, FirewallRules
from limen.connectors.microsoft.security_groups import MANAGEMENT, SecurityGroups
from limen.connectors.microsoft.sign_in import SIGN_IN, app_token
from limen.connectors.opnsense.filter import Filter
from limen.connectors.unifi.network import UnifiNetwork
from limen.connectors.vendor_client import VendorClient, closing_clients
from limen.errors import LimenError
from limen.guarded_http import NoReplyError, object_in
from limen.network.emit.guarded import Guarded, guarded
from limen.network.model import Firewall, Network
from limen.network.remote.aws import AwsVpc
from limen.network.remote.azure import AzureNetwork
from limen.network.remote.gcp import GcpNetwork
from limen.network.remote.gear import Gear
from limen.network.remote.opnsense import Opnsense
from limen.network.remote.unifi import Unifi

_Opens: TypeAlias = Callable[[str], VendorClient]
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws": ("aws_access_key_id", "aws_secret_access_key"),
    "azure": ("tenant", "appId", "password"),
    "gcp": ("type", "client_email", "private_key"),
    "opnsense": ("key", "secret"),
    "unifi": ("api_key",),
}
"""By kind, what a file with its key has to hold, each as `name = value` or in a JSON object, named as the vendor's own
tool names it.
"""


@dataclass(frozen=True, slots=True)
class Clients:
    """`client` makes a client of HTTP for an origin; the others are the origins of clouds, and of where one signs in
    there. `aws`: that of EC2, "" for that of the firewall's region.
    """

    client: Callable[[str], VendorClient]
    aws: str = ""
    azure: str = MANAGEMENT
    azure_sign_in: str = SIGN_IN
    gcp: str = COMPUTE
    gcp_sign_in: str = google.SIGN_IN

    @asynccontextmanager
    async def opened(
        self, network: Network, firewall: Firewall, today: str, key: Mapping[str, str], now: Instant
    ) -> AsyncIterator[Gear]:
        """`key` holds the `KEYS` of this kind. Raises LimenError."""
        async with closing_clients(self.client) as at:
            if firewall.kind == "opnsense":
                yield Opnsense(network, firewall, today, Filter(at(firewall.reference), key["key"], key["secret"]))
            elif firewall.kind == "unifi":
                yield Unifi(network, firewall, today, UnifiNetwork(at(firewall.reference), key["api_key"]))
            else:
                yield await self._cloud(guarded(network, firewall, today), firewall, key, now, at)

    async def _cloud(
        self, wanted: Guarded, firewall: Firewall, key: Mapping[str, str], now: Instant, at: _Opens
    ) -> Gear:
        if firewall.kind == "azure":
            groups = SecurityGroups(at(self.azure), firewall.reference)
            tenant, app, secret = _guid(key["tenant"]), key["appId"], key["password"]
            groups.token = await app_token(at(self.azure_sign_in), tenant, app, secret, MANAGEMENT)
            return AzureNetwork(wanted, groups)
        if firewall.kind == "gcp":
            rules = FirewallRules(at(self.gcp), firewall.reference)
            account = google.ServiceAccount(key["client_email"], key["private_key"])
            rules.token = await google.account_token(at(self.gcp_sign_in), account, SCOPE, now)
            return GcpNetwork(wanted, rules)
        if not firewall.region:
            raise LimenError(f"{firewall.name} has no region", "add `region: eu-central-1` to it in network.yaml")
        origin = self.aws or f"https://ec2.{firewall.region}.amazonaws.com"
        access_key, secret = (key[name] for name in KEYS["aws"])
        return AwsVpc(wanted, firewall.reference, Ec2(at(origin), firewall.region, access_key, secret))


def key_of(kind: str, text: str) -> dict[str, str]:
    """What a file with a key holds. Raises LimenError, which says nothing of it."""
    found = _of_json(text) if text.lstrip().startswith("{") else _of_lines(text)
    wanted = KEYS[kind]
    if not all(_is_plain(found.get(name, ""), may_have_lines=name == "private_key") for name in wanted):
        raise LimenError("this file holds no key for it", f"write into it: {', '.join(f'{one} = …' for one in wanted)}")
    return {name: found[name] for name in wanted}


def _of_lines(text: str) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _of_json(text: str) -> dict[str, str]:
    try:
        return {name: one for name, one in object_in(text.encode()).items() if isinstance(one, str)}
    except NoReplyError:
        return {}


def _is_plain(value: str, *, may_have_lines: bool) -> bool:
    told = value.replace("\n", "") if may_have_lines else value
    return bool(told) and told.isascii() and told.isprintable()


def _guid(tenant: str) -> str:
    """A tenant is part of the address where one signs in."""
    try:
        return str(UUID(tenant))
    except ValueError:
        raise LimenError("the tenant of this key is no ID", "write the directory's ID as `tenant`") from None
