"""What a firewall had before, kept in a file; see tests/attacks/test_hostile_gear.py for what others put there."""

from __future__ import annotations

from pathlib import Path

from limen.network.remote.kept import CONFIRMED, TRIAL, Kept, keep, kept


def test_it_is_as_it_was_kept_last(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "firewalls"
    assert kept(folder, "edge") is None
    for state in (TRIAL, CONFIRMED):
        keep(folder, "edge", Kept("aws", "vpc-1", state, {"SecurityGroups": [{"GroupId": "sg-1"}]}))
        assert kept(folder, "edge") == Kept("aws", "vpc-1", state, {"SecurityGroups": [{"GroupId": "sg-1"}]})
    assert [one.name for one in folder.iterdir()] == ["edge.json"]
