"""The listener on loopback, of a device that is enrolled."""

from __future__ import annotations

from agent.tests.proof.asking import known, proving

__all__ = ["known", "proving"]
