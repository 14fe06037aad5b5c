"""An address is one place, however it is written, and lies in the company's networks."""

from __future__ import annotations

from tests.facts.harbor import AT_WIKI, WIKI

from limen.facts import (
    FactStore,
    Place,
)


def test_an_address_is_placed_in_the_companys_networks(known: FactStore) -> None:
    assert known.place("203.0.113.9").network == "office"
    assert known.place("not an address").address == ""


def test_an_address_is_one_place_however_it_is_written(known: FactStore) -> None:
    assert not known.facts(AT_WIKI, WIKI, "2001:DB8:0::1").place.known
    known.places.put("2001:db8::1", Place("2001:db8::1", known=True, country="DE"))
    assert known.facts(AT_WIKI, WIKI, "2001:DB8:0::1").place.country == "DE"
