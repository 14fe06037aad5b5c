"""Which client is made for which firewall, and what a file with its key has to hold."""

from __future__ import annotations

import pytest
from tests.network.networks import harbor

from limen.connectors.vendor_client import VendorClient
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.network.model import Firewall
from limen.network.remote.aws import AwsVpc
from limen.network.remote.gears import KEYS, Clients, key_of
from limen.network.remote.opnsense import Opnsense
from limen.network.remote.unifi import Unifi

CLIENTS = Clients(lambda origin: VendorClient(origin, Resolver))


@pytest.mark.parametrize(("kind", "made"), [("aws", AwsVpc), ("opnsense", Opnsense), ("unifi", Unifi)])
async def test_each_kind_has_its_own(kind: str, made: type) -> None:
    place = "vpc-1" if kind == "aws" else "https://edge.harbor.example"
    firewall = Firewall("edge", kind, ("office",), "", place, "eu-central-1")
    key = key_of(kind, "".join(f"{name} = x\n" for name in KEYS[kind]))
    async with CLIENTS.opened(harbor(), firewall, "2026-11-27", key) as gear:
        assert isinstance(gear, made)


async def test_aws_needs_a_region() -> None:
    key = dict.fromkeys(KEYS["aws"], "x")
    with pytest.raises(LimenError):
        async with CLIENTS.opened(harbor(), Firewall("cloud", "aws", (), "", "vpc-1"), "2026-11-27", key):
            pass


def test_a_key_is_read_as_vendors_write_it() -> None:
    assert key_of("opnsense", "key=a=b\nsecret=c\n") == {"key": "a=b", "secret": "c"}
    assert key_of("aws", "[default]\naws_access_key_id = A\naws_secret_access_key = S\nregion = x") == {
        "aws_access_key_id": "A",
        "aws_secret_access_key": "S",
    }
