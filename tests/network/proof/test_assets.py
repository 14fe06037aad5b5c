"""What belongs to whom."""

from __future__ import annotations

from ipaddress import ip_address

from tests.network.networks import harbor

from limen.network.model import EVERYTHING, INSIDE, INTERNET
from limen.network.proof.assets import Assets


def _names(assets: Assets, numbers: list[int]) -> list[str]:
    return [assets.all[at].name for at in numbers]


def test_a_zone_is_its_hosts_and_the_rest() -> None:
    assets = Assets(harbor())
    assert _names(assets, assets.named("servers")) == ["files", "dc", "servers"]
    assert _names(assets, assets.named("dc")) == ["dc"]
    assert set(assets.named(EVERYTHING)) - set(assets.named(INSIDE)) == set(assets.named(INTERNET))


def test_no_address_belongs_to_two() -> None:
    assets = Assets(harbor())
    for family, length in ((4, 32), (6, 128)):
        found = list(assets.at(family, (0, (1 << length) - 1)))
        assert sum(high - low + 1 for _, (low, high) in found) == 1 << length


def test_an_address_finds_its_host() -> None:
    assets = Assets(harbor())
    for address, name in (
        ("10.20.0.5", "dc"),
        ("10.20.0.6", "servers"),
        ("fd00:20::10", "files"),
        ("8.8.8.8", INTERNET),
    ):
        one = ip_address(address)
        assert _names(assets, [at for at, _ in assets.at(one.version, (int(one), int(one)))]) == [name]


def test_the_internet_is_nobodys_to_open() -> None:
    assets = Assets(harbor())
    assert assets.is_open_inside("office")
    assert not assets.is_open_inside(INTERNET)
