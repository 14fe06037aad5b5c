"""Which interfaces have other groups than their zone's."""

from __future__ import annotations

from typing import Any

from tests.network.emit.clouds import cloud

from limen.network.remote.aws_interfaces import MOST_NAMED, not_as_said

_WANTED = cloud("aws")
_GROUPS = {"web": ["sg-web", "sg-front"], "app": ["sg-app"], "data": ["sg-data"]}


def _interface(name: str, four: str, *groups: str, six: str = "") -> dict[str, Any]:
    return {
        "NetworkInterfaceId": name,
        "Groups": [{"GroupId": one} for one in groups],
        "PrivateIpAddresses": [{"PrivateIpAddress": four}],
        "Ipv6Addresses": [{"Ipv6Address": six}] if six else [],
    }


def _named(*interfaces: dict[str, Any]) -> list[str]:
    said = not_as_said({"NetworkInterfaces": list(interfaces)}, _WANTED, _GROUPS)
    return [one.split(" ")[0] for one in said]


def test_what_its_zones_groups_alone_guard_is_not_named() -> None:
    assert _named(_interface("a", "10.80.0.5", "sg-web", "sg-front"), _interface("b", "10.81.0.9", "sg-app")) == []


def test_an_interface_with_another_group_or_without_its_own_is_named() -> None:
    assert _named(
        _interface("more", "10.80.0.5", "sg-web", "sg-default"),
        _interface("none", "10.81.0.5", "sg-default"),
        _interface("of-another-zone", "10.82.0.5", "sg-web"),
        _interface("by-its-ipv6", "", "sg-default", six="fd00:81::7"),
    ) == ["more", "none", "of-another-zone", "by-its-ipv6"]


def test_what_is_in_no_zone_of_the_cloud_or_can_have_no_group_is_left_out() -> None:
    assert _named(_interface("elsewhere", "10.99.0.1", "sg-x"), _interface("nat", "10.80.0.6"), {"Groups": []}) == []


def test_many_are_counted() -> None:
    many = [_interface(f"eni-{number}", f"10.80.0.{number}", "sg-x") for number in range(1, 31)]
    said = not_as_said({"NetworkInterfaces": many}, _WANTED, _GROUPS)
    assert len(said) == MOST_NAMED + 1
    assert "10" in said[-1]
