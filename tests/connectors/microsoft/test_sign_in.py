from __future__ import annotations

import pytest
from tests.emulators.graph_logs import CLIENT, TENANT, graph_logs
from tests.emulators.vendor import asking

from limen.connectors.microsoft.sign_in import GRAPH, app_token
from limen.connectors.vendor_client import VendorError


async def test_an_app_gets_a_token_for_one_api_and_its_secret_is_in_no_address() -> None:
    async with graph_logs() as vendor, asking(vendor.origin) as asked:
        assert await app_token(asked.client, TENANT, CLIENT, "s3cret", GRAPH) == "token-1"
        for tenant, secret, resource in ((TENANT, "other", GRAPH), ("x", "s3cret", GRAPH), (TENANT, "s3cret", "x")):
            with pytest.raises(VendorError) as error:
                await app_token(asked.client, tenant, CLIENT, secret, resource)
            assert error.value.word == "not-allowed"
        assert all("s3cret" not in one for one in vendor.asked)
