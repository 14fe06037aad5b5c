"""Harbor with hosts that people reach by SSH, and Ida of its staff."""

from __future__ import annotations

from tests.enforcement.ssh.hosts import harbor, ida

__all__ = ["harbor", "ida"]
