from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.sso import harbor
from tests.web.conftest import House

house = harbor.house


@pytest.mark.parametrize("at", ["/oidc/keys", "/entra/keys", "/saml/metadata"])
async def test_a_worker_that_may_not_know_what_was_discarded_publishes_no_key(
    house: House, at: str, lost_lease: Callable[[], None]
) -> None:
    browser = house.browser()
    assert (await browser.client.get(at)).status_code == 200
    lost_lease()
    refused = await browser.client.get(at)
    assert (refused.status_code, refused.content) == (503, b"")
    assert refused.headers["cache-control"] == "no-store"
