"""OPNsense's API of rules, asked of an emulator."""

from __future__ import annotations

import pytest
from tests.emulators.opnsense import KEY, SECRET, opnsense
from tests.emulators.vendor import asking

from limen.connectors.opnsense.filter import Filter
from limen.connectors.vendor_client import VendorError


async def test_rules_are_made_changed_removed_and_loaded() -> None:
    async with opnsense() as emulator, asking(emulator.origin) as asked:
        rules = Filter(asked.client, KEY, SECRET)
        await rules.add({"description": "one", "interface": "lan"})
        [uuid] = emulator.rules
        await rules.put(uuid, {"description": "two"})
        assert (await rules.get())["filter"]["rules"]["rule"][uuid]["description"] == "two"
        assert emulator.in_force == {}
        await rules.apply()
        assert emulator.in_force[uuid]["description"] == "two"
        await rules.delete(uuid)
        assert emulator.rules == {}


async def test_a_fault_in_a_rule_is_an_error_though_it_is_answered_with_200() -> None:
    async with opnsense() as emulator, asking(emulator.origin) as asked:
        rules = Filter(asked.client, KEY, SECRET)
        for asked_for in (rules.add({"protocol": "NONE"}), rules.put("0-0", {}), rules.delete("0-0")):
            with pytest.raises(VendorError) as refused:
                await asked_for
            assert refused.value.word == "refused"
