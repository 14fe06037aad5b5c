"""Service accounts; for an administrator see test_activities.py beside this."""

from __future__ import annotations

import pytest
from tests.emulators.compute import compute, key_file
from tests.emulators.vendor import asking

from limen.clock import from_iso
from limen.connectors.google.firewall_rules import SCOPE
from limen.connectors.google.sign_in import account_token, service_account
from limen.connectors.vendor_client import VendorError

NOW = from_iso("2026-11-27T09:00:00Z")


async def test_a_service_account_gets_a_token_of_its_own_for_one_scope() -> None:
    async with compute() as vendor, asking(vendor.origin) as asked:
        assert await account_token(asked.client, service_account(key_file()), SCOPE, NOW) == "token-1"
        for key, scope in ((key_file(client_email="other@harbor.example"), SCOPE), (key_file(), "https://other")):
            with pytest.raises(VendorError) as error:
                await account_token(asked.client, service_account(key), scope, NOW)
            assert error.value.word == "not-allowed"
