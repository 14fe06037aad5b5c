"""The part as it stands in the list of parts."""

from __future__ import annotations

from limen.data.pillar import PILLAR


def test_it_brings_its_command() -> None:
    assert list(PILLAR.commands) == ["data", "seal", "open"]
