"""The controls of this phase, in their order."""

from __future__ import annotations

from typing import Final

from limen.roadmap.data import (
    access_reviewed,
    alerts_looked_at,
    classified,
    detections_alive,
    encrypted,
    leaks_stopped,
    logs_in_one_place,
    no_standing_privilege,
    nothing_unnecessary,
    proportionate,
    record_holds,
)
from limen.roadmap.model import Control

CONTROLS: Final[tuple[Control, ...]] = (
    classified.CONTROL,
    proportionate.CONTROL,
    encrypted.CONTROL,
    leaks_stopped.CONTROL,
    logs_in_one_place.CONTROL,
    detections_alive.CONTROL,
    alerts_looked_at.CONTROL,
    access_reviewed.CONTROL,
    nothing_unnecessary.CONTROL,
    no_standing_privilege.CONTROL,
    record_holds.CONTROL,
)
