"""N5: what canaries try comes out as network.yaml says, and firewalls have its rules and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, HOUR
from limen.network.model import Network
from limen.network.probes.model import Result
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.network.evidence import FirewallState
from limen.roadmap.network.rules_in_force import NO_NETWORK, last_left_drift, unread

FRESH: Final = 2 * HOUR
"""Rounds are every ten minutes; what did not change is written down once an hour."""
_PAGE: Final = "/console/network/firewalls"
NO_CANARY: Final = (
    "no server probes other zones: write `probes: true` at a firewall of network.yaml with `host`, and set it up there"
)


def fresh(evidence: Evidence) -> list[Result]:
    """What canaries of network.yaml tried lately."""
    network = evidence.network.network or Network(())
    canaries = {one.name for one in network.firewalls if one.probes and one.host}
    return [one for one in evidence.network.probed if one.canary in canaries and evidence.at - one.at <= FRESH]


def measure(evidence: Evidence) -> Iterator[Part]:
    known = evidence.network
    network, tried = known.network or Network(()), fresh(evidence)
    missing = NO_NETWORK if known.network is None else ""
    canaries = [one.name for one in network.firewalls if one.probes and one.host]
    no_canary = missing or ("" if canaries else NO_CANARY)
    silent = set(canaries) - {one.canary for one in tried}
    yield Part(
        "connections that canaries tried, and that came out as network.yaml says",
        (*map(_of_probe, tried), *map(_of_silent, sorted(silent))),
        grade=Grade.PROBED,
        missing=no_canary,
    )
    touched = {zone for one in tried for zone in (one.probe.from_zone, one.probe.to_zone)}
    yield Part(
        "zones that a canary is in, or tried to reach, within two hours",
        tuple(_of_zone(one.name, is_tried=one.name in touched) for one in network.zones),
        grade=Grade.PROBED,
        missing=no_canary,
    )
    no_firewall = "" if known.firewalls else "network.yaml names no firewall: state it, and have it follow Limen"
    yield Part(
        "firewalls that have the rules of network.yaml in force, and that nobody else changed within a day",
        tuple(_of_firewall(one, evidence) for one in known.firewalls),
        grade=Grade.MEASURED,
        missing=missing or no_firewall,
    )


def _of_probe(one: Result) -> Row:
    probe = one.probe
    why = {
        True: "",
        False: f"{'did not come' if probe.must_pass else 'came'} through, otherwise than network.yaml says",
        None: f"{one.canary} could not try it",
    }[one.is_as_stated]
    page = f"/console/network/matrix/{probe.from_zone}/{probe.to_zone}"
    return Row(f"{one.canary}>{probe.destination}:{probe.port}", probe.needs, not why, why, page)


def _of_silent(canary: str) -> Row:
    return Row(f"canary:{canary}", canary, False, "it tried nothing within two hours", f"{_PAGE}/{canary}")


def _of_zone(name: str, *, is_tried: bool) -> Row:
    why = "" if is_tried else "no canary is in it, and none tried to reach it: state a host there"
    return Row(f"zone:{name}", name, is_tried, why, f"/console/network/zones/{name}")


def _of_firewall(state: FirewallState, evidence: Evidence) -> Row:
    name, why = state.firewall.name, unread(state, evidence.at)
    if not why and (last_left_drift(state) or any(evidence.at - one.at <= DAY for one in state.drifts)):
        why = f"somebody changed {last_left_drift(state) or 'its rules'} beside Limen"
    if not why and state.reported != state.wanted and (state.beyond != () or state.lacking != ()):
        why = "it does not have the rules of network.yaml of today"
    return Row(f"firewall:{name}", name, not why, why, f"{_PAGE}/{name}")


CONTROL: Final = Control(
    id="N5",
    phase=Phase.NETWORK,
    title="The network is as it is stated",
    demands="Connections tried from inside each zone come out as the plan says, and no rules drift from it.",
    figure="connections that canaries tried within two hours and that came out as stated",
    closes="It is all of them, in every zone, and no firewall has other rules than the plan.",
    why="A second cable between two zones makes every rule worthless, and no file shows it.",
    how="Have a server in each zone probe the others, and apply the rules of network.yaml where they differ.",
    page=_PAGE,
    minutes=60,
    weight=3,
    measure=measure,
)
