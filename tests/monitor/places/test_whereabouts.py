from __future__ import annotations

import pytest

from limen.facts import Place
from limen.monitor.places.rules import EgressKind
from limen.monitor.places.whereabouts import Whereabouts


@pytest.mark.parametrize(("anonymiser", "reads"), [(None, True), (True, True), (False, False)])
def test_what_is_not_known_reads_as_the_worst(anonymiser: bool | None, reads: bool) -> None:
    found = Whereabouts("203.0.113.7", country="AT", network="shop", anonymiser=anonymiser)
    assert found.place == Place("203.0.113.7", known=True, country="AT", network="shop", anonymiser=reads)


def test_of_nothing_nothing_is_known() -> None:
    assert Whereabouts("").place == Place()


@pytest.mark.parametrize(
    ("found", "tells_nothing"),
    [
        (Whereabouts("203.0.113.7"), False),
        (Whereabouts("203.0.113.7", anonymiser=False), False),
        (Whereabouts("203.0.113.7", anonymiser=True), True),
        (Whereabouts("203.0.113.7", egress="vpn", egress_kind=EgressKind.VPN, anonymiser=False), True),
    ],
)
def test_ways_out_and_anonymisers_tell_no_place(found: Whereabouts, *, tells_nothing: bool) -> None:
    assert found.tells_nothing is tells_nothing
