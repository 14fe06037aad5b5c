"""Whether what is proved of network.yaml holds at the firewalls: only where each was heard, and opens no more. Pure.

A proof on paper says nothing of a firewall that has other rules. So a pair of zones counts only where every firewall
between the two said within a day which rules it found in force, those open nothing beyond network.yaml, and nobody
changed them beside Limen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from limen.clock import DAY, Instant
from limen.network.model import NFTABLES
from limen.roadmap.evidence import Evidence
from limen.roadmap.network.evidence import FirewallState

FRESH: Final = DAY
NO_NETWORK: Final = "state the zones and flows of your network in network.yaml first (Network, Edit network.yaml)"
TOO_LARGE: Final = "the network could not be proved in the time that there is: name zones in place of many hosts"


def silent(evidence: Evidence) -> str:
    """What is missing for anything to be proved at all; "": nothing is."""
    known = evidence.network
    return NO_NETWORK if known.network is None else TOO_LARGE if known.proved is None else ""


def unread(state: FirewallState, now: Instant) -> str:
    """Why it is not known which rules this firewall has in force; "" where it is."""
    name = state.firewall.name
    if state.firewall.kind != NFTABLES:
        return f"Limen does not read back by itself what {name} has in force"
    if not state.is_enrolled or not state.confirmed:
        return f"{name} does not follow Limen yet, or has no rules of it"
    if not state.heard_at or now - state.heard_at > FRESH:
        return f"{name} did not say within a day which rules it has in force"
    if state.reported != state.confirmed:
        return f"{name} has other rules in force than were confirmed there"
    return ""


def last_left_drift(state: FirewallState) -> str:
    """Where somebody changed its rules beside Limen, and that was neither put back nor settled since; "": nowhere."""
    left = [one for one in state.drifts if not one.is_repaired and one.at > state.settled_at]
    return max(left, key=lambda one: one.at).where or "its rules" if left else ""


def doubt(state: FirewallState, now: Instant) -> str:
    """Why this firewall may let through more than network.yaml says; "" where it does not."""
    name, why = state.firewall.name, unread(state, now)
    if why:
        return why
    if where := last_left_drift(state):
        return f"somebody changed {where} at {name} beside Limen"
    if state.reported == state.wanted:
        return ""
    if state.beyond is None:
        return f"it could not be compared whether {name} lets through more than network.yaml says"
    return f"{name} lets through more than network.yaml says: {state.beyond[0]}" if state.beyond else ""


def between(states: Iterable[FirewallState], from_zone: str, to_zone: str) -> list[FirewallState]:
    """The firewalls that packets from one zone to the other may pass. What guards one host alone is none."""
    return [one for one in states if not one.firewall.host and {from_zone, to_zone} <= one.zones]


def unguarded(evidence: Evidence, from_zone: str, to_zone: str) -> str:
    """Why it is not known that network.yaml holds between two zones; "" where it is."""
    on_the_way = between(evidence.network.firewalls, from_zone, to_zone)
    if not on_the_way:
        return "no firewall of network.yaml stands between the two"
    return next((why for one in on_the_way if (why := doubt(one, evidence.at))), "")
