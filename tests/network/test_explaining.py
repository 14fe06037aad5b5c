"""What decides between two places, and that its pieces are what the rules decide packet by packet."""

from __future__ import annotations

import pytest
from tests.network.networks import flow, harbor, way

from limen.network.explaining import UnknownPlaceError, explained, question
from limen.network.model import Block, Network, Never

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
    network = harbor(
        nevers=[Never("n", way("office guests", "backup", "any"), "x"), Never("m", way("office", "files"), "x")]
    )
    assert [one.id for one in explained(question(network, "guests", "vault", "ssh"), _TODAY).nevers] == ["n"]
    assert explained(question(network, "guests", "erp", "ssh"), _TODAY).nevers == ()
