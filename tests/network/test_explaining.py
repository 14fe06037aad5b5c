"""What decides between two places, and that its pieces are what the rules decide packet by packet."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from tests.network.networks import flow, harbor, way

from limen.network.explaining import UnknownPlaceError, decided, explained, question
from limen.network.model import Block, Network
from limen.network.packets import Box, Packet, Rule, Ruleset

_TODAY = "2026-11-27"


def _why(network: Network, source: str, destination: str, service: str) -> list[tuple[str, bool]]:
    found = explained(question(network, source, destination, service), _TODAY)
    return [(one.rule_id, one.allows) for one in found.answers]


def _harbor() -> Network:
    return harbor(
        [flow("a", way("office", "files", "https ping")), flow("b", way("office", "servers", "any"))],
        [Block("c", way("office", "dc", "any"), "quiet")],
    )


def test_what_is_allowed_denied_or_both() -> None:
    network = _harbor()
    assert _why(network, "office", "files", "https") == [("a", True)]
    assert _why(network, "office", "dc", "https") == [("c", False)]
    assert _why(network, "office", "servers", "https") == [("c", False), ("a", True), ("b", True)]
    assert _why(network, "guests", "files", "https") == [("", False)]
    some = explained(question(network, "office", "servers", "ssh"), _TODAY)
    assert some.is_allowed is None
    assert some.is_exact


def test_addresses_and_ports_may_be_written_out() -> None:
    network = _harbor()
    assert _why(network, "10.10.0.7", "10.20.0.10", "tcp/443") == [("a", True)]
    assert _why(network, "fd00:10::7", "fd00:20::5", "tcp/443") == [("c", False)]
    assert _why(network, "192.0.2.7", "files", "https") == [("", False)]
    assert _why(network, "10.10.0.7", "fd00:20::10", "https") == []


@pytest.mark.parametrize(("source", "service"), [("offce", "https"), ("office", "htps"), ("10.10.0", "tcp/0")])
def test_what_there_is_not_is_said(source: str, service: str) -> None:
    with pytest.raises(UnknownPlaceError):
        question(_harbor(), source, "files", service)


def test_within_a_zone_nothing_guards() -> None:
    found = explained(question(_harbor(), "office", "10.10.0.9", "ssh"), _TODAY)
    assert [(one.is_guarded, one.allows) for one in found.answers] == [(False, True)]


def test_statements_about_it_are_named() -> None:
    from limen.network.model import Never

    network = harbor(
        nevers=[Never("n", way("office guests", "backup", "any"), "x"), Never("m", way("office", "files"), "x")]
    )
    assert [one.id for one in explained(question(network, "guests", "vault", "ssh"), _TODAY).nevers] == ["n"]
    assert explained(question(network, "guests", "erp", "ssh"), _TODAY).nevers == ()


_values = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda two: (min(two), max(two)))
_boxes = st.builds(Box, st.just(4), _values, _values, st.just((6, 6)), _values, st.just((0, 0)))
_rules = st.lists(st.tuples(st.booleans(), _boxes), max_size=6)


@given(_rules, _boxes)
def test_pieces_are_what_the_rules_decide_packet_by_packet(written: list[tuple[bool, Box]], asked: Box) -> None:
    rules = tuple(Rule(str(number), allows, "a", "b", box) for number, (allows, box) in enumerate(written))
    ruleset = Ruleset(("a", "b"), rules)
    pieces = list(decided(ruleset, "a", "b", asked))
    for source in range(asked.source[0], asked.source[1] + 1):
        for destination in range(asked.destination[0], asked.destination[1] + 1):
            for port in range(asked.port[0], asked.port[1] + 1):
                packet = Packet("a", "b", 4, source, destination, 6, port)
                holding = [rule for rule, piece in pieces if piece.holds(packet)]
                assert holding == [ruleset.decides(packet)]
