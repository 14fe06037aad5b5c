"""The words for what happened. Said by the pillars, kept by the journal, understood by monitor. Pure: no IO."""

from __future__ import annotations

from limen.events.event import DecisionRecord, Event, Outcome
from limen.events.ids import EventIds, decision_id, instant_of, split_decision_id
from limen.events.kind import Family, Filter, Kind, KindError, Owner, Severity, Topic
from limen.events.kinds import KINDS, UndeclaredKindWarning, declared, warn_if_undeclared
from limen.events.ocsf import from_ocsf, to_ocsf

__all__ = [
    "KINDS",
    "DecisionRecord",
    "Event",
    "EventIds",
    "Family",
    "Filter",
    "Kind",
    "KindError",
    "Outcome",
    "Owner",
    "Severity",
    "Topic",
    "UndeclaredKindWarning",
    "decision_id",
    "declared",
    "from_ocsf",
    "instant_of",
    "split_decision_id",
    "to_ocsf",
    "warn_if_undeclared",
]
