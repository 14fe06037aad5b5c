"""Limen on a real port, and a router that follows it."""

from __future__ import annotations

from tests.network.firewalls.world import router, world

__all__ = ["router", "world"]
