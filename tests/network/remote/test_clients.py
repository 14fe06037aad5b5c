"""Which client is made for which firewall, and what a file with its key has to hold."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.emulators.azure import APP, NETWORK as AZURE, TENANT, azure
from tests.emulators.compute import NETWORK as GCP, compute, key_file
from tests.network.networks import harbor

from limen.clock import SystemClock
from limen.connectors.vendor_client import VendorClient
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.network.model import Firewall
from limen.network.remote.aws import AwsVpc
from limen.network.remote.azure import AzureNetwork
from limen.network.remote.clients import KEYS, Clients, key_of
from limen.network.remote.gcp import GcpNetwork
from limen.network.remote.opnsense import Opnsense
from limen.network.remote.unifi import Unifi

CLIENTS = Clients(lambda origin: VendorClient(origin, Resolver))


@pytest.mark.parametrize(("kind", "made"), [("aws", AwsVpc), ("opnsense", Opnsense), ("unifi", Unifi)])
async def test_each_kind_has_its_own(kind: str, made: type) -> None:
    place = "vpc-1" if kind == "aws" else "https://edge.harbor.example"
    firewall = Firewall("edge", kind, ("office",), "", place, "eu-central-1")
    key = key_of(kind, "".join(f"{name} = x\n" for name in KEYS[kind]))
    async with CLIENTS.opened(harbor(), firewall, "2026-11-27", key, 0) as gear:
        assert isinstance(gear, made)


async def test_clouds_are_signed_in_to_with_the_keys_that_their_own_tools_write() -> None:
    async with azure() as blue, compute() as red:
        at = replace(CLIENTS, azure=blue.origin, azure_sign_in=blue.origin, gcp=red.origin, gcp_sign_in=red.origin)
        now = SystemClock().now()
        key = key_of(
            "azure", json.dumps({"appId": APP, "displayName": "limen", "password": "s3cret", "tenant": TENANT})
        )
        async with at.opened(harbor(), Firewall("blue", "azure", (), "", AZURE), "2026-11-27", key, now) as gear:
            assert isinstance(gear, AzureNetwork)
            assert (await gear.read())["groups"] == []
        key = key_of("gcp", key_file())
        async with at.opened(harbor(), Firewall("red", "gcp", (), "", GCP), "2026-11-27", key, now) as gear:
            assert isinstance(gear, GcpNetwork)
            assert (await gear.read())["rules"] == []


@pytest.mark.parametrize(("kind", "place"), [("azure", "harbor"), ("gcp", "harbor"), ("gcp", f"{GCP}/../other")])
async def test_a_cloud_needs_the_full_name_of_its_network(kind: str, place: str) -> None:
    key = dict.fromkeys(KEYS[kind], "x")
    with pytest.raises(LimenError):
        async with CLIENTS.opened(harbor(), Firewall("cloud", kind, (), "", place), "2026-11-27", key, 0):
            pass


async def test_aws_needs_a_region() -> None:
    key = dict.fromkeys(KEYS["aws"], "x")
    with pytest.raises(LimenError):
        async with CLIENTS.opened(harbor(), Firewall("cloud", "aws", (), "", "vpc-1"), "2026-11-27", key, 0):
            pass


def test_a_key_is_read_as_vendors_write_it() -> None:
    assert key_of("opnsense", "key=a=b\nsecret=c\n") == {"key": "a=b", "secret": "c"}
    assert key_of("aws", "[default]\naws_access_key_id = A\naws_secret_access_key = S\nregion = x") == {
        "aws_access_key_id": "A",
        "aws_secret_access_key": "S",
    }
