from __future__ import annotations

import msgspec

from limen.clock import DAY
from limen.monitor.places.rules import NO_PLACES, AddressList, Egress, EgressKind, PlaceRules


def test_rules_come_back_as_a_revision_and_the_link_keep_them() -> None:
    rules = PlaceRules(
        ("city.mmdb",),
        (AddressList("tor", "tor.txt", DAY),),
        (Egress("vpn", EgressKind.VPN, ("192.0.2.0/28",), (1,)),),
        {"office": "AT"},
    )
    for form in (msgspec.json, msgspec.msgpack):
        assert form.decode(form.encode(rules), type=PlaceRules) == rules
        assert form.decode(form.encode({}), type=PlaceRules) == NO_PLACES
