from __future__ import annotations

import pytest

from limen.nodes.model import Node, NodeUnfitError, a_name, an_address


def test_a_node_writes_the_chains_that_begin_with_its_name_and_disk() -> None:
    node = Node("a", "10.0.0.1:8446", "d1")
    assert [node.writes(chain) for chain in ("a-d1", "a-d1-2", "a-d12", "a-d2", "b-d1", "main")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("text", ["", "A", "1a", "a-b", "a b", "a/..", "a" * 21, "ä"])
def test_other_names_are_refused(text: str) -> None:
    with pytest.raises(NodeUnfitError):
        a_name(text)


def test_addresses() -> None:
    assert an_address("10.0.0.2:8446") == ("10.0.0.2", 8446)
    assert an_address("[::1]:8446") == ("::1", 8446)
    assert an_address("limen-b.harbor.example:1") == ("limen-b.harbor.example", 1)
    assert a_name("berlin1") == "berlin1"


@pytest.mark.parametrize("text", ["", "10.0.0.2", "10.0.0.2:0", "10.0.0.2:65536", "http://a:1", "a b:1", "::1:8446"])
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(NodeUnfitError):
        an_address(text)
