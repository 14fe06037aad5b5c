"""Harbor with hosts that people reach by SSH, Ida of its staff, and a real host that follows Limen."""

from __future__ import annotations

from tests.enforcement.ssh.hosts import harbor, ida
from tests.enforcement.ssh.world import host, world

__all__ = ["harbor", "host", "ida", "world"]
