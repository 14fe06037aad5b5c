"""Tags of Azure: what is in the network is not the internet, and the internet is everybody."""

from __future__ import annotations

from typing import Any

import pytest
from tests.network.reading.test_azure import nsg

from limen.network.clouds.azure_tags import without_tags
from limen.network.clouds.groups import read_groups

SSH = {"priority": 100, "destinationPortRange": "22"}


def opened(*rules: dict[str, Any], as_api: bool = False) -> list[str]:
    group = nsg(*rules)
    if as_api:
        stated = [{"name": one["name"], "properties": one} for one in group["securityRules"]]
        group = {"name": group["name"], "properties": {"securityRules": stated}}
    (found,) = read_groups("a", "azure", [{"value": [group]}]).groups
    return [one.partition(" ")[0] for one in found.opened]


@pytest.mark.parametrize("as_api", [False, True])
@pytest.mark.parametrize(
    ("tag", "ports"),
    [("VirtualNetwork", []), ("Internet", ["22"]), ("internet", ["22"]), ("*", ["22"]), ("Sql", ["22"])],
)
def test_whom_a_tag_lets_in(tag: str, ports: list[str], *, as_api: bool) -> None:
    assert opened({**SSH, "sourceAddressPrefix": tag}, as_api=as_api) == ports


def test_a_group_without_rules_is_closed_and_one_that_denies_the_internet_first_as_well() -> None:
    assert opened() == []
    deny = {"priority": 90, "access": "Deny", "sourceAddressPrefix": "Internet", "destinationPortRange": "22"}
    assert opened(deny, SSH) == []


def test_what_it_lists_itself_stays() -> None:
    end = {
        "name": "x",
        "direction": "Inbound",
        "priority": 65_000,
        "access": "Allow",
        **SSH,
        "sourceAddressPrefix": "*",
    }
    told = without_tags({"": [{"name": "web", "defaultSecurityRules": [end]}]})
    assert [one["name"] for one in told[""][0]["defaultSecurityRules"]] == ["x"]
    assert without_tags({"other": 1}) == {"other": 1}
