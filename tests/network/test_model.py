"""What a network has without its being said."""

from __future__ import annotations

from tests.network.networks import harbor

from limen.network.model import INTERNET


def test_things_are_found_by_their_names() -> None:
    network = harbor()
    assert network.zone_of["finance"].kind == "finance"
    assert network.host_of["erp"].zone == "finance"
    assert [one.ports for one in network.service_of["dns"].parts] == [(53, 53), (53, 53)]


def test_the_internet_is_the_last_zone() -> None:
    assert harbor().zone_names[-1] == INTERNET
