"""Drives of Microsoft 365, as Graph's emulator answers; walking through them: tests/data/inventory/."""

from __future__ import annotations

import pytest
from tests.emulators.graph_drives import DRIVE, graph_drive
from tests.emulators.vendor import asking

from limen.connectors.microsoft.drives import Drives, Shared
from limen.connectors.vendor_client import VendorError


async def test_who_a_document_is_shared_with() -> None:
    async with graph_drive() as vendor, asking(vendor.origin) as asked:
        vendor.tokens = 1
        drives = Drives(asked.client, "token-1", lambda _origin: asked.client)
        vendor.permissions["A"] = [
            {"grantedToIdentitiesV2": [{"user": {"email": "Vera@partner.example"}}], "link": {"scope": "users"}},
            {"invitation": {"email": "new@partner.example"}},
            {"link": {"scope": "organization"}},
            {"grantedToV2": {"group": {"displayName": "no address"}}},
        ]
        found = await drives.shared(DRIVE, "A")
        assert found == Shared(frozenset({"vera@partner.example", "new@partner.example"}), "organization")


@pytest.mark.parametrize("where", ["harbor.sharepoint.com", "a/b", "harbor.sharepoint.com/sites/../me", "x/sites/a?b"])
async def test_a_site_is_named_whole_and_nothing_else(where: str) -> None:
    async with graph_drive() as vendor, asking(vendor.origin) as asked:
        vendor.tokens = 1
        with pytest.raises(VendorError):
            await Drives(asked.client, "token-1", lambda _origin: asked.client).drives(where)
        assert not any("me" in one.split("/") for one in vendor.asked)


async def test_a_folder_is_asked_for_once() -> None:
    async with graph_drive() as vendor, asking(vendor.origin) as asked:
        vendor.tokens = 1
        vendor.folder("F1", "Über 100%")
        vendor.folder("F2", "2026", "F1")
        drives = Drives(asked.client, "token-1", lambda _origin: asked.client)
        assert [await drives.folder(DRIVE, one) for one in ("F2", "F2", "ROOT")] == ["Über 100%/2026"] * 2 + [""]
        assert len(vendor.asked) == 2
