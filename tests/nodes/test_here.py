from __future__ import annotations

from pathlib import Path

import pytest

from limen.nodes.here import FILE, be_no_node, be_node, this_node
from limen.nodes.model import Node, NodeUnfitError


def test_a_machine_is_the_node_that_it_joined_as(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert this_node(data) is None
    be_node(data, Node("a", "10.0.0.1:8446", "d1"))
    assert this_node(data) == Node("a", "10.0.0.1:8446", "d1")
    assert (data / FILE).stat().st_mode & 0o077 == 0
    be_no_node(data)
    assert this_node(data) is None


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b'{"name": 1}', b"\xff", b'{"name":"a","address":"b","disk":"c","x":1}']
)
def test_a_file_that_says_something_else_stops_the_start(tmp_path: Path, text: bytes) -> None:
    (tmp_path / FILE).write_bytes(text)
    with pytest.raises(NodeUnfitError):
        this_node(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b'{"name":"a","address":"b:1","disk":"c"}')
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NodeUnfitError):
        this_node(tmp_path)
