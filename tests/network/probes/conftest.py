"""What tests of probes share."""

from __future__ import annotations

from tests.network.firewalls.world import router, world

__all__ = ["router", "world"]
