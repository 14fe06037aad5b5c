from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from tests.policy.scene import tree_of

from limen.cedar import PolicySet
from limen.facts import FactStore, Place
from limen.policy.scenarios.boundaries import atoms_of, boundaries_of
from limen.policy.scenarios.places import attainable_places


def places(condition: str, *networks: tuple[str, str]) -> tuple[Place, ...]:
    text = f'@id("p") permit (principal, action, resource) when {{ {condition} }};'
    named = tuple((name, ip_network(network)) for name, network in networks)
    return attainable_places(named, boundaries_of(atoms_of(PolicySet.from_json(tree_of(text)))))


NAMED = 'context.place.network == "office"'


def test_without_networks_there_is_one_place_of_each_version_and_it_has_an_address() -> None:
    found = places("true")
    assert [ip_address(one.address).version for one in found] == [4, 6]
    assert {one.network for one in found} == {""}


def test_a_network_that_narrower_ones_cover_is_nowhere() -> None:
    halves = (("a", "203.0.113.0/25"), ("b", "203.0.113.128/25"), ("office", "203.0.113.0/24"))
    assert {one.network for one in places(NAMED, *halves)} == {"", "a", "b"}
    assert {one.network for one in places(NAMED, ("a", "192.0.2.0/24"), ("office", "192.0.2.0/24"))} == {"", "a"}


def test_what_is_left_of_a_network_around_a_narrower_one_can_be_attained() -> None:
    found = places(NAMED, ("lab", "10.0.0.0/16"), ("office", "10.0.0.0/8"))
    assert {one.network for one in found} == {"", "lab", "office"}


def test_where_the_networks_are_everything_nobody_is_outside() -> None:
    assert {one.network for one in places(NAMED, ("office", "0.0.0.0/0"), ("office", "::/0"))} == {"office"}


def test_inside_every_stretch_counts_and_outside_the_widest() -> None:
    half = 'context.place has address && context.place.address.isInRange(ip("10.0.0.0/9"))'
    inside = [ip_address(one.address) for one in places(half, ("office", "10.0.0.0/8")) if one.network]
    assert [one in ip_network("10.0.0.0/9") for one in inside] == [True, False]
    outside = places('context.place has address && context.place.address.isInRange(ip("192.0.2.0/24"))')
    assert not any(ip_address(one.address) in ip_network("192.0.2.0/24") for one in outside)


@pytest.mark.parametrize(
    "networks",
    [
        (("lab", "10.0.0.0/16"), ("office", "10.0.0.0/8"), ("office", "fc00::/7")),
        (("all", "0.0.0.0/0"), ("all", "::/0")),
        (("lab", "10.0.0.0/8"), ("office", "10.0.0.0/16")),
    ],
)
def test_places_are_named_as_the_house_names_them(networks: tuple[tuple[str, str], ...]) -> None:
    known = FactStore()
    known.set_company([], [], tuple((name, ip_network(network)) for name, network in networks))
    found = places(NAMED, *networks)
    assert found
    assert all(one == known.place(one.address) for one in found)


def test_networks_that_nobody_tells_apart_are_one_place() -> None:
    many = [(f"n{number}", f"10.{number}.0.0/16") for number in range(200)]
    assert sum(one.address.startswith("10.") for one in places("true", *many)) == 1
