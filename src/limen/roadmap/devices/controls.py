"""The controls of this phase, in their order."""

from __future__ import annotations

from typing import Final

from limen.roadmap.devices import (
    encrypted_storage,
    health_decides,
    healthy_devices,
    known_devices,
    local_administrators,
    malware_protection,
    patched,
    risk_signals,
    screen_lock,
    self_service,
)
from limen.roadmap.model import Control

CONTROLS: Final[tuple[Control, ...]] = (
    known_devices.CONTROL,
    healthy_devices.CONTROL,
    patched.CONTROL,
    encrypted_storage.CONTROL,
    screen_lock.CONTROL,
    malware_protection.CONTROL,
    health_decides.CONTROL,
    risk_signals.CONTROL,
    self_service.CONTROL,
    local_administrators.CONTROL,
)
