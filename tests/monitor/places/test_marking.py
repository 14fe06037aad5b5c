from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.mmdb import TUESDAY, VIENNA, write_mmdb

from limen.clock import DAY, SystemClock
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.marking import mark
from limen.monitor.places.places import Places
from limen.monitor.places.rules import AddressList, PlaceRules


@pytest.mark.parametrize(
    ("address", "said", "country", "network"),
    [
        ("203.0.113.7", "", "AT", "shop"),
        ("203.0.113.7", "BR", "AT", "shop"),  # whoever sends does not say where they are
        ("192.0.2.1", "BR", "BR", ""),
        ("", "BR", "BR", "said"),
        ("nonsense", "BR", "BR", ""),
    ],
)
def test_what_limen_knows_of_an_address_counts_before_what_a_sender_says(
    tmp_path: Path, address: str, said: str, country: str, network: str
) -> None:
    write_mmdb(tmp_path / "city.mmdb", {"203.0.113.0/24": VIENNA})
    places = Places(tmp_path)
    places.look_again(PlaceRules(("city.mmdb",)), TUESDAY)
    event = NormalEvent(uid="e", at=1, received_at=1, source="fw", src_ip=address, src_country=said, src_network="said")
    mark(event, places, (("shop", ip_network("203.0.113.0/28")),))
    assert (event.src_country, event.src_network) == (country, network)


@pytest.mark.parametrize(("listed", "said"), [("203.0.113.66", {"limen.anonymiser": True}), ("203.0.113.1", {})])
def test_an_address_behind_which_anybody_could_be_is_marked_for_rules(
    tmp_path: Path, listed: str, said: dict[str, bool]
) -> None:
    (tmp_path / "tor.txt").write_text(f"{listed}\n")
    places = Places(tmp_path)
    places.look_again(PlaceRules(lists=(AddressList("tor", "tor.txt", DAY),)), SystemClock().now())
    event = NormalEvent(uid="e", at=1, received_at=1, source="fw", src_ip="203.0.113.66")
    mark(event, places, ())
    assert event.fields == said
