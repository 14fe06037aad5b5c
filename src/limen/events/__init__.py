"""The words for what happened. Said by the pillars, kept by the journal, understood by monitor. Pure: no IO."""

from __future__ import annotations

from limen.events.event import DecisionRecord, Event, Outcome
from limen.events.kinds import KINDS, Kind

__all__ = ["KINDS", "DecisionRecord", "Event", "Kind", "Outcome"]
