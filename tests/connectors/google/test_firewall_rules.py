"""Rules one by one; whole changes are in tests/network/remote/test_gcp.py."""

from __future__ import annotations

import pytest
from tests.emulators.compute import NETWORK, compute
from tests.emulators.vendor import asking

from limen.connectors.google.firewall_rules import FirewallRules
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError

RULE = {
    "name": "limen-a",
    "network": NETWORK,
    "direction": "INGRESS",
    "priority": 1_000,
    "sourceRanges": ["10.0.0.0/8"],
}
OPEN = {**RULE, "allowed": [{"IPProtocol": "tcp", "ports": ["443"]}]}


async def test_rules_are_made_changed_and_taken_away_page_by_page() -> None:
    async with compute() as vendor, asking(vendor.origin) as asked:
        rules, vendor.tokens = FirewallRules(asked.client, NETWORK, "token-1"), 1
        for number in range(6):
            await rules.insert({**OPEN, "name": f"limen-{number}"})
        vendor.has("elsewhere", network=NETWORK.replace("harbor", "other"))
        assert [one["name"] for one in await rules.every()] == [f"limen-{number}" for number in range(6)]
        await rules.put({**OPEN, "name": "limen-0", "priority": 7})
        assert ((await rules.one("limen-0")) or {})["priority"] == 7
        await rules.delete("limen-0")
        assert await rules.one("limen-0") is None


async def test_what_is_there_or_gone_already_and_what_is_refused_have_words_of_their_own() -> None:
    async with compute() as vendor, asking(vendor.origin) as asked:
        rules, vendor.tokens = FirewallRules(asked.client, NETWORK, "token-1"), 1
        vendor.has("limen-a")
        for asks, word in (
            (rules.insert(OPEN), "changed"),
            (rules.delete("limen-b"), "changed"),
            (rules.insert({**OPEN, "name": "limen-c", "surprise": 1}), "refused"),
        ):
            with pytest.raises(VendorError) as error:
                await asks
            assert error.value.word == word


@pytest.mark.parametrize("name", ["../../instances", "", "a/b", "A", "x" * 64, "\u00e9"])
async def test_a_name_that_leads_elsewhere_is_not_asked_for(name: str) -> None:
    async with compute() as vendor, asking(vendor.origin) as asked:
        rules = FirewallRules(asked.client, NETWORK, "token-1")
        for asks in (rules.one(name), rules.delete(name), rules.put({**OPEN, "name": name})):
            with pytest.raises(VendorError):
                await asks
        with pytest.raises(LimenError):
            FirewallRules(asked.client, f"{NETWORK}/{name}")
        assert vendor.asked == []
