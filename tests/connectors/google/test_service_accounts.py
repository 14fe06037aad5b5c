"""Service accounts of a Google Cloud project, against an emulator of the IAM API's contract: it is not Google."""

from __future__ import annotations

import pytest
from tests.emulators.google_iam import PROJECT, GoogleIam, cloud_account, google_iam
from tests.emulators.workspace import key_file

from limen.clock import from_iso
from limen.connectors.google import service_accounts as module
from limen.connectors.google.service_accounts import SCOPE, CloudAccount, cloud_accounts, project_of
from limen.connectors.google.sign_in import account_token, service_account
from limen.connectors.vendor_client import VendorClient, VendorError, closing_clients
from limen.enforcement.resolving import Resolver

NOW = from_iso("2026-11-27T09:00:00Z")
NEVER = ("2025-01-01T00:00:00Z", "9999-12-31T23:59:59Z")


async def told(vendor: GoogleIam) -> list[CloudAccount]:
    async with closing_clients(lambda at: VendorClient(at, Resolver)) as opened:
        iam = opened(vendor.origin)
        token = await account_token(iam, service_account(key_file()), SCOPE, NOW)
        return await cloud_accounts(iam, token, PROJECT)


async def test_accounts_come_with_their_keys_page_by_page() -> None:
    several = [
        cloud_account(1, "backup", NEVER),
        cloud_account(2, "idle"),
        cloud_account(3, "off", ("2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z"), disabled=True),
    ]
    async with google_iam(*several) as vendor:
        found = await told(vendor)
    assert [(one.id, one.title, one.is_enabled, len(one.keys)) for one in found] == [
        ("1001", "Backup", True, 1),
        ("1002", "Idle", True, 0),
        ("1003", "Off", False, 1),
    ]
    assert [(key.begins_at, key.ends_at) for one in found for key in one.keys] == [
        (from_iso(NEVER[0]), 0),
        (from_iso("2026-01-01T00:00:00Z"), from_iso("2026-12-01T00:00:00Z")),
    ]


async def test_more_than_is_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    async with google_iam(cloud_account(1, "a"), cloud_account(2, "b")) as vendor:
        with pytest.raises(VendorError):
            await told(vendor)


def test_the_project_is_that_of_the_address() -> None:
    assert project_of(f"limen@{PROJECT}.iam.gserviceaccount.com") == PROJECT
    for wrong in ("limen@harbor.example", "a@../x.iam.gserviceaccount.com", ""):
        with pytest.raises(VendorError):
            project_of(wrong)
