"""Every detection that comes with Limen and is no rule in Sigma, listed once. Rules in Sigma are in `own_rules.py`.

Those that measure find something about people and machines, as rules do: it has a tactic and counts towards a risk. The
others find something about watching itself, which speaks against nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.monitor.detections import beacons, health, wrong_clocks
from limen.monitor.detections.rule import About
from limen.monitor.detections.shared_accounts import shared_accounts
from limen.monitor.detections.travel import travel
from limen.monitor.detections.usual.about import USUAL


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A detection: what it says of itself, the module below `limen.monitor` that finds it, and whether it measures."""

    about: About
    found_by: str
    is_measure: bool = False


_LISTED: Final = (
    BuiltIn(travel.ABOUT, "detections.travel.travel", is_measure=True),
    BuiltIn(shared_accounts.ABOUT, "detections.shared_accounts.shared_accounts", is_measure=True),
    *(BuiltIn(about, "detections.usual.usual", is_measure=True) for about in USUAL),
    BuiltIn(beacons.ABOUT, "detections.beacons", is_measure=True),
    BuiltIn(wrong_clocks.ABOUT, "detections.wrong_clocks", is_measure=True),
    BuiltIn(health.FAILED, "detections.sigma"),
    BuiltIn(health.SLOW, "detections.sigma"),
    BuiltIn(health.REFUSED, "detections.sigma"),
    BuiltIn(health.SILENT, "process.silence"),
    BuiltIn(health.LATE, "process.lateness"),
    BuiltIn(health.BLIND, "canaries"),
    BuiltIn(health.TAMPERED, "store_watch"),
)
BUILT_IN: Final[Mapping[str, BuiltIn]] = {one.about.id: one for one in _LISTED}
"""By their ids, as findings carry them."""
