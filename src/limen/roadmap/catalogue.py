"""Every control that is measured, phase by phase. A phase without controls stays open."""

from __future__ import annotations

from typing import Final

from limen.roadmap.data.controls import CONTROLS as DATA
from limen.roadmap.devices.controls import CONTROLS as DEVICES
from limen.roadmap.identity.controls import CONTROLS as IDENTITY
from limen.roadmap.model import Control
from limen.roadmap.network.controls import CONTROLS as NETWORK

CONTROLS: Final[tuple[Control, ...]] = (*IDENTITY, *DEVICES, *NETWORK, *DATA)
BY_ID: Final = {one.id: one for one in CONTROLS}
