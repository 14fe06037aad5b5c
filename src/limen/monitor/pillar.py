"""Monitoring as a part of Limen: what happens comes in, is understood, and changes access."""

from __future__ import annotations

from limen.pillar import Declarations, Pillar


def _declarations() -> Declarations:
    from limen.monitor.detections.company_rules import DETECTIONS

    return Declarations(folder=DETECTIONS)


PILLAR = Pillar(name="monitor", declarations=_declarations)
