"""D5: a device that is left alone locks itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.roadmap.devices.health import Asked, part
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Part, Phase

_WITHIN_MINUTES: Final = 15
_AT_LEAST: Final = 0.98


def measure(evidence: Evidence) -> Iterator[Part]:
    asked = Asked("screen_lock", within_minutes=_WITHIN_MINUTES, may_not_apply=True)
    yield part(evidence, "devices that lock within 15 minutes", asked, _AT_LEAST)


CONTROL: Final = Control(
    id="D5",
    phase=Phase.DEVICES,
    title="Screen lock",
    demands="Devices lock within 15 minutes and open only with a secret.",
    figure="devices seen in 30 days that lock within 15 minutes, or have no screen that anybody works at",
    closes="It is 98 % of them.",
    why="Whoever sits down at an unlocked device is its owner.",
    how="Set the screen lock to 15 minutes at most by device management, or have owners follow the steps shown.",
    page="/console/devices",
    minutes=60,
    is_must=False,
    weight=2,
    measure=measure,
)
