"""The controls of this phase, in their order."""

from __future__ import annotations

from typing import Final

from limen.roadmap.model import Control
from limen.roadmap.network import (
    cloud_groups,
    crossings_alarmed,
    crown_jewels,
    default_deny,
    flow_reasons,
    never_proven,
    openings_end,
    probes_agree,
    zones_used,
)

CONTROLS: Final[tuple[Control, ...]] = (
    zones_used.CONTROL,
    default_deny.CONTROL,
    flow_reasons.CONTROL,
    never_proven.CONTROL,
    probes_agree.CONTROL,
    crown_jewels.CONTROL,
    crossings_alarmed.CONTROL,
    cloud_groups.CONTROL,
    openings_end.CONTROL,
)
