"""Which logs a service has, by its kind and what is read of it."""

from __future__ import annotations

import pytest
from tests.emulators import s3
from tests.emulators.graph_logs import CLIENT, TENANT, graph_logs
from tests.emulators.okta import okta
from tests.emulators.vendor import Vendor
from tests.emulators.workspace import ADMIN, key_file, workspace

from limen.connectors.aws.cloudtrail import host
from limen.connectors.microsoft.activity_feed import CONTENT, MANAGE
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.monitor.monitor_rules import LogSource, Service, Way
from limen.monitor.sources.clouds import Clouds

NOW = 1_795_770_000_000


async def logs_of(kind: str, service: Service, secret: str, vendor: Vendor | str = "") -> list[str]:
    origin = vendor.origin if isinstance(vendor, Vendor) else vendor
    clouds = Clouds(lambda own: VendorClient(origin or own, Resolver))
    async with clouds.logs(LogSource(kind, Way.ASKED, service=service), secret, NOW) as logs:
        assert all(one.needs for one in logs)
        return [one.name for one in logs]


async def test_microsoft_is_signed_in_to_once_for_each_api_that_is_read() -> None:
    service = Service(tenant=TENANT, client=CLIENT, reads=("alerts", "unified_audit"))
    async with graph_logs() as vendor:
        assert await logs_of("m365", service, "s3cret", vendor) == ["alerts", *CONTENT]
        assert vendor.tokens == 2
        directory = Service(tenant=TENANT, client=CLIENT, reads=("directory",))
        assert await logs_of("m365", directory, "s3cret", vendor) == ["directory"]
        assert vendor.tokens == 3
        with pytest.raises(VendorError):
            await logs_of("m365", service, "other", vendor)
    assert MANAGE.startswith("https://")


async def test_of_the_others_what_is_read_is_what_they_have() -> None:
    async with workspace() as vendor:
        service = Service(admin=ADMIN, reads=("login", "drive"))
        assert await logs_of("google_workspace", service, key_file(), vendor) == ["login", "drive"]
    async with okta() as vendor:
        assert await logs_of("okta", Service(url=vendor.origin), "s3cret") == ["system_log"]
    assert await logs_of("github", Service(organization="harbor"), "s3cret") == ["audit_log"]
    with s3.trail() as trail:
        trail.put("2026/11/27", "0805", "a", s3.record(1))
        service = Service(client=s3.ACCESS_KEY, bucket=s3.BUCKET, region=s3.REGION)
        assert await logs_of("aws", service, s3.SECRET, trail.origin) == [
            f"AWSLogs/{s3.ACCOUNT}/CloudTrail/{s3.REGION}/"
        ]
    assert host("trail", "eu-west-1") == "https://trail.s3.eu-west-1.amazonaws.com"


async def test_nothing_else_is_asked() -> None:
    with pytest.raises(ValueError, match="syslog"):
        await logs_of("syslog", Service(), "s3cret")
