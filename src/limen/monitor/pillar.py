"""Monitoring as a part of Limen: what happens comes in, is understood, and changes access."""

from __future__ import annotations

from limen.pillar import Pillar

PILLAR = Pillar(name="monitor")
