"""An address is one place, however it is written, and lies in the company's networks."""

from __future__ import annotations

import pytest
from tests.facts.harbor import AT_WIKI, WIKI

from limen.facts import (
    FactStore,
    Place,
)
from limen.facts.addresses import read_network


def test_an_address_is_placed_in_the_companys_networks(known: FactStore) -> None:
    assert known.place("203.0.113.9").network == "office"
    assert known.place("not an address").address == ""


def test_an_address_is_one_place_however_it_is_written(known: FactStore) -> None:
    assert not known.facts(AT_WIKI, WIKI, "2001:DB8:0::1").place.known
    known.places.put("2001:db8::1", Place("2001:db8::1", known=True, country="DE"))
    assert known.facts(AT_WIKI, WIKI, "2001:DB8:0::1").place.country == "DE"


def test_a_network_has_no_zone_of_one_machine() -> None:
    assert str(read_network("2001:db8::/32")) == "2001:db8::/32"
    for written in ("fe80::1%eth0", 'fe80::%x")/64', "nothing"):
        with pytest.raises(ValueError, match=written[:4]):
            read_network(written)
    with pytest.raises(ValueError, match="host bits"):
        read_network("10.0.0.1/8", is_strict=True)
