"""Pieces that are let through, held against what must not be."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.compiling import Places, compiled
from limen.network.model import INSIDE, Network, Ports
from limen.network.packets.regions import Regions
from limen.network.packets.spans import Span, first_of
from limen.network.proof.forbidden import Forbidden, of_service

_ANY = [Ports()]


def _found(network: Network, sources: str, destinations: str, parts: list[Ports], within: bool = True) -> list[str]:
    """The destinations of packets that must not be, one for each piece."""
    regions = Regions(compiled(network, "2026-11-27"))
    names = tuple(sources.split()), tuple(destinations.split())
    forbidden = Forbidden(network, Places(network), names, parts, lambda _one, _other, _zone: within)
    zones = regions.ruleset.zones
    spans = [found for piece in regions.let_through if (found := forbidden.of(piece, zones))]
    assert all(regions.ruleset.allows(first_of(span, zones)) for span in spans)
    return [first_of(span, zones).addresses[1] for span in spans]


def test_a_piece_is_met_where_both_sides_and_the_service_are() -> None:
    network = harbor([flow("a", way("office", "servers"))])
    assert _found(network, "office", "files", _ANY) == ["10.20.0.10", "fd00:20::10"]
    assert _found(network, "office", "files", [Ports((6, 6), (22, 22))]) == []
    assert _found(network, "office", "files", [Ports((6, 6), (443, 443), (6,))]) == ["fd00:20::10"]
    assert _found(network, "guests", "files", _ANY) == []
    assert _found(network, "office", "erp vault", _ANY) == []


def test_names_that_overlap_hide_none_of_what_they_stand_for() -> None:
    network = harbor([flow("a", way("office", "dc"))])
    assert _found(network, f"office {INSIDE}", "files servers dc", _ANY) == ["10.20.0.5", "fd00:20::5"]


def test_within_a_zone_it_is_asked_which_names_are_meant() -> None:
    network = harbor([flow("a", way("files", "dc"))])
    assert _found(network, "servers", "dc", _ANY) == ["10.20.0.5", "fd00:20::5"]
    assert _found(network, "servers", "dc", _ANY, within=False) == []
    assert _found(network, "office", "dc", _ANY) == []


def test_a_span_has_of_a_service_what_both_have() -> None:
    span: Span = (0, 0, 1, 1, 4, 4, 1, 2, 3, 4, 0, 255, 400, 500, 0, 9)
    assert of_service(span, Ports((6, 6), (443, 600))) == (0, 0, 1, 1, 4, 4, 1, 2, 3, 4, 6, 6, 443, 500, 0, 9)
    assert of_service(span, Ports((6, 6), (80, 80))) is None
    assert of_service(span, Ports((58, 58), (400, 400), (6,))) is None
