from __future__ import annotations

import json

import pytest
from tests.emulators.vendor import asking
from tests.emulators.workspace import ADMIN, Workspace, activity, key_file, workspace

from limen.clock import HOUR, MINUTE, from_iso
from limen.connectors.google.activities import SCOPE, pages
from limen.connectors.google.sign_in import delegated_token, service_account
from limen.connectors.vendor_client import VendorError

NOW = from_iso("2026-11-27T09:00:00Z")


async def had(vendor: Workspace, cursor: str = "", now: int = NOW, key: str = "") -> tuple[list[str], str]:
    async with asking(vendor.origin) as asked:
        token = await delegated_token(asked.client, service_account(key or key_file()), ADMIN, SCOPE, now)
        found = []
        async for page in pages(asked.client, token, "login", cursor, now):
            found += [json.loads(one)["id"]["uniqueQualifier"] for one in page.records]
            cursor = page.cursor
    return found, cursor


async def test_a_service_account_reads_every_page_and_then_what_is_new_or_late() -> None:
    async with workspace() as vendor:
        vendor.add("login", *(activity(n, f"2026-11-27T08:0{n}:00.000Z") for n in range(5)))
        found, cursor = await had(vendor)
        assert found == ["-4", "-3", "-2", "-1", "0"]
        vendor.add("login", activity(6, "2026-11-27T08:45:00.000Z"))
        found, cursor = await had(vendor, cursor, NOW + MINUTE)
        assert found == ["-6"]
        vendor.add("login", activity(7, "2026-11-27T02:00:00.000Z"))
        assert "-7" in (await had(vendor, cursor, NOW + 2 * HOUR))[0]


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("{", "wrong-secret"),
        ("{}", "wrong-secret"),
        (key_file(type="authorized_user"), "wrong-secret"),
        (key_file(private_key="-----BEGIN PRIVATE KEY-----"), "wrong-secret"),
        (key_file(client_email="other@harbor.example"), "not-allowed"),
    ],
)
async def test_a_key_that_is_none_and_an_account_that_nobody_let_in(key: str, word: str) -> None:
    async with workspace() as vendor:
        with pytest.raises(VendorError) as error:
            await had(vendor, key=key)
        assert error.value.word == word
        assert "PRIVATE" not in str(error.value)


async def test_an_address_for_tokens_in_the_key_file_counts_for_nothing() -> None:
    async with workspace() as vendor:
        await had(vendor, key=key_file(token_uri="https://evil.example/token"))
        assert vendor.asked[0] == "/token"
