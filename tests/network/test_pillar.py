"""The network is a part that Limen may be without."""

from __future__ import annotations

from limen.network.pillar import PILLAR
from limen.pillars import pillars


def test_it_is_in_use_and_optional() -> None:
    assert PILLAR in pillars()
    assert PILLAR.is_optional
    assert [file.name for file in PILLAR.declarations().files] == ["network.yaml"]
