from __future__ import annotations

from limen.monitor.pillar import PILLAR
from limen.pillars import PILLARS


def test_limen_can_do_without_it_and_has_it_by_default() -> None:
    assert (PILLAR.is_optional, PILLAR in PILLARS) == (True, True)
