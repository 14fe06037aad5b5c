from __future__ import annotations

import pytest
from tests.devices.seen import NOW
from tests.roadmap.devices.harbor_devices import LATER, browser, harbor, phone

from limen.clock import DAY
from limen.roadmap.devices.evidence import DeviceEvidence
from limen.roadmap.devices.silence import missing


def test_nothing_is_missing_where_all_speak() -> None:
    assert missing(harbor(records=(phone("ada"),)).devices, LATER) == ""


@pytest.mark.parametrize(
    ("evidence", "at"),
    [
        (DeviceEvidence(), LATER),
        (harbor(browsers=()).devices, LATER),
        (harbor().devices, NOW + 31 * DAY),
        (harbor(records=(phone("ada"),), heard={}).devices, LATER),
        (harbor(records=(phone("ada"),), browsers=(browser("ada"),)).devices, NOW + DAY),
    ],
)
def test_whoever_is_silent_is_named(evidence: DeviceEvidence, at: int) -> None:
    assert missing(evidence, at)
