from __future__ import annotations

import pytest
from tests.emulators.keys import private_key
from tests.emulators.okta import CLIENT, okta
from tests.emulators.vendor import asking

from limen.connectors.okta.sign_in import authorization
from limen.connectors.vendor_client import VendorError

NOW = 1_795_770_000_000


async def test_by_a_token_or_by_a_key_for_this_very_address() -> None:
    async with okta() as vendor, okta() as other, asking(vendor.origin) as asked, asking(other.origin) as elsewhere:
        assert await authorization(asked.client, "", "s3cret", NOW) == {"authorization": "SSWS s3cret"}
        assert await authorization(asked.client, CLIENT, private_key(), NOW) == {"authorization": "Bearer token-1"}
        other.origin = vendor.origin  # an assertion for another address is worth nothing there
        with pytest.raises(VendorError) as error:
            await authorization(elsewhere.client, CLIENT, private_key(), NOW)
        assert error.value.word == "not-allowed"


@pytest.mark.parametrize("secret", ["a\nb", "a\r\nX-Evil: 1", "a b", "é"])
async def test_what_would_be_more_than_a_header_is_no_token(secret: str) -> None:
    async with asking("http://127.0.0.1:9") as asked:
        with pytest.raises(VendorError) as error:
            await authorization(asked.client, "", secret, NOW)
        assert error.value.word == "wrong-secret"
