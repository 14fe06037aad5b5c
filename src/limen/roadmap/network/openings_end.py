"""N9: what was opened in a firewall for a while is closed again at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, SECOND, Milliseconds
from limen.network.model import NFTABLES, Network
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.network.evidence import EndedDoor, FirewallState
from limen.roadmap.network.rules_in_force import NO_NETWORK, unread
from limen.storage.change_feed import LEASE_SECONDS

SINCE: Final = 30 * DAY
NO_DRILL: Final = (
    "no such drill within 90 days: open a connection, stop limen-firewall for longer than five minutes and past the "
    "end of the connection, and start it again"
)
WITHIN: Final[Milliseconds] = 5 * SECOND
LEASE: Final[Milliseconds] = round(LEASE_SECONDS * SECOND)
_PAGE: Final = "/console/network/firewalls"


def measure(evidence: Evidence) -> Iterator[Part]:
    known = evidence.network
    states = [one for one in known.firewalls if one.firewall.kind == NFTABLES]
    missing = NO_NETWORK if known.network is None else ""
    lately = [one for one in known.doors if evidence.at - min(one.until, one.closed_at or one.until) <= SINCE]
    yield Part(
        "temporary openings of the last 30 days that were closed within 5 seconds of their end, at every firewall",
        tuple(_of_door(one, states) for one in lately),
        grade=Grade.MEASURED,
        missing=missing or ("" if lately else "nothing was opened for a while in the last 30 days: open a connection"),
    )
    ended = [one for one in (known.network or Network(())).flows if one.expires and one.expires <= known.today]
    if ended:
        yield Part(
            "flows whose end has come that no firewall lets through any more",
            tuple(_of_flow(one.id, evidence) for one in ended),
            grade=Grade.MEASURED,
            missing=missing,
        )
    drills = tuple(_drills(evidence, states))
    yield Part(
        "openings of the last 90 days that ended although the firewall's program was away meanwhile",
        drills,
        grade=Grade.MEASURED,
        missing=missing or ("" if drills else NO_DRILL),
    )


def _of_door(door: EndedDoor, states: list[FirewallState]) -> Row:
    end = door.closed_at or door.until
    late = [one.firewall.name for one in states if one.caught_up_at <= end + LEASE]
    why = (
        "nobody closed it"
        if not door.closed_at
        else f"it was closed {(door.closed_at - door.until) // SECOND} seconds after its end"
        if door.closed_at > door.until + WITHIN
        else f"{late[0]} has not said since that it is closed there"
        if late
        else ""
        if states
        else "there is no firewall that could say that it is closed"
    )
    return Row(f"door:{door.id}", door.app, not why, why, _PAGE, is_personal=True)


def _drills(evidence: Evidence, states: list[FirewallState]) -> Iterator[Row]:
    """Each opening at whose time a firewall fell silent. Once that is back it compares what is open with what Limen
    knows, and tells of whatever was left.
    """
    state_of = {one.firewall.name: one for one in states}
    for door in evidence.network.doors:
        end = door.closed_at or door.until
        for name, at in evidence.network.silences:
            state = state_of.get(name)
            if state is None or not door.opened_at <= at <= door.until:
                continue
            is_left = any(end <= one.at <= end + DAY for one in state.drifts)
            why = (
                f"{name} is not back yet"
                if state.caught_up_at <= end + LEASE
                else f"something else than Limen's rules was found at {name} when it was back"
                if is_left
                else ""
            )
            yield Row(f"drill:{door.id}@{name}", f"{door.app} at {name}", not why, why, _PAGE, is_personal=True)


def _of_flow(flow_id: str, evidence: Evidence) -> Row:
    """It is gone where each firewall said which rules it has in force, and none of them is of this flow."""
    why = ""
    for state in evidence.network.firewalls:
        if state.firewall.kind == NFTABLES:
            is_as_meant = state.reported == state.wanted
            is_left = any(flow_id in one.rule_ids for one in state.beyond or ())
            unsure = unread(state, evidence.at) or ("it could not be compared" if state.beyond is None else "")
            why = why or (f"{state.firewall.name} still lets it through" if is_left else "" if is_as_meant else unsure)
    why = why or ("" if evidence.network.firewalls else "network.yaml names no firewall")
    return Row(f"flow:{flow_id}", flow_id, not why, why, f"/console/network/flows/{flow_id}")


CONTROL: Final = Control(
    id="N9",
    phase=Phase.NETWORK,
    title="Temporary openings close",
    demands="What was opened for a while is closed at its end, even where the firewall's program was killed.",
    figure="temporary openings that were closed within 5 seconds of their end at every firewall",
    closes="It is all of them, with a drill in which the firewall's program was killed.",
    why="An opening for an hour that stays for a year is a rule that nobody decided.",
    how="Have every firewall follow Limen, so that it ends openings by itself and says so.",
    page=_PAGE,
    minutes=30,
    weight=2,
    measure=measure,
)
