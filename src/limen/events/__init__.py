"""The words for what happened. Said by the pillars, kept by the journal, understood by monitor. Pure: no IO."""

from __future__ import annotations

from limen.events.event import DecisionRecord, Event, Outcome
from limen.events.ids import EventIds, decision_id, instant_of, split_decision_id
from limen.events.kind import Family, Filter, Kind, KindError, Owner, Severity, Topic
from limen.events.kinds import KINDS, UndeclaredKindWarning, declared, warn_if_undeclared
from limen.events.ocsf import from_ocsf, to_ocsf
