"""Drives are opened with as much as the company lets Limen have."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.data.links.linked import MIAS, linked
from tests.emulators.google_drive import READING, WRITING, key_file

from limen.connectors.vendor_client import VendorClient, VendorError
from limen.data.inventory.connecting import Walkers
from limen.data.links.opening import opened
from limen.enforcement.resolving import Resolver


@pytest.mark.parametrize(("may_write", "scope"), [(True, WRITING), (False, READING)])
async def test_the_wider_scope_where_it_is_granted(tmp_path: Path, may_write: bool, scope: str) -> None:
    async with linked(tmp_path, MIAS) as at:
        at.vendor.may_write = may_write
        walkers = Walkers(
            lambda origin: VendorClient(origin, Resolver), google_sign_in=at.vendor.origin, google=at.vendor.origin
        )
        async with opened(walkers, MIAS, key_file(), at.now) as drive:
            await drive.begin()
        assert list(at.vendor.scopes.values()) == [scope]
        with pytest.raises(VendorError):
            async with opened(walkers, MIAS, "no key", at.now):
                pass
