"""N3: every flow has an owner, a purpose and a day on which it is looked at again, and is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY
from limen.network.model import NFTABLES, Flow, Network
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.network.owners import is_owned, owners
from limen.roadmap.network.rules_in_force import NO_NETWORK, doubt

UNUSED_FOR: Final = 60 * DAY
USED: Final = 0.9
_PAGE: Final = "/console/network/flows"


def measure(evidence: Evidence) -> Iterator[Part]:
    known = evidence.network
    network = known.network or Network(())
    flows = [one for one in network.flows if not one.expires or known.today < one.expires]
    missing = NO_NETWORK if known.network is None else ""
    by = owners(evidence)
    yield Part(
        "flows with an active owner, a purpose and a review that is still to come",
        (*(_reason(one, by, known.today) for one in flows), *_of_no_flow(evidence)),
        grade=Grade.IMPORTED,
        missing=missing,
    )
    yield _used(evidence, flows, missing)


def _reason(flow: Flow, by: frozenset[str], today: str) -> Row:
    why = (
        "its owner is no active person, and no group that has one"
        if not is_owned(flow.owner, by)
        else "it says no purpose"
        if not flow.purpose.strip()
        else f"its review was due on {flow.review}"
        if flow.review <= today
        else ""
    )
    return Row(flow.id, flow.id, not why, why, f"{_PAGE}/{flow.id}")


def _of_no_flow(evidence: Evidence) -> Iterator[Row]:
    """What a firewall lets through without a flow has no reason at all. What gear of others has is not known."""
    for state in evidence.network.firewalls:
        if state.firewall.kind == NFTABLES:
            name, why = state.firewall.name, doubt(state, evidence.at)
            yield Row(f"firewall:{name}", name, not why, why, f"/console/network/firewalls/{name}")


def _used(evidence: Evidence, flows: list[Flow], missing: str) -> Part:
    lately, since = evidence.network.lately, evidence.at - UNUSED_FOR
    seen = {} if lately is None else {id_: one for id_, one in lately.flows.items() if one.came and one.last_at > since}
    rows = tuple(
        Row(one.id, one.id, one.id in seen, "" if one.id in seen else "not used for 60 days", f"{_PAGE}/{one.id}")
        for one in flows
    )
    part = Part("flows that were used in the last 60 days", rows, USED, Grade.MEASURED, missing)
    if missing or part.is_met:
        return part
    if lately is None or not lately.is_known:
        missing = "no firewall tells which connections begin: have one follow Limen first (Network, Firewalls)"
    elif lately.first_at > since + DAY:
        missing = "connections are counted for less than 60 days, so nobody can say yet which flows are unused"
    return Part(part.name, rows, USED, Grade.MEASURED, missing)


CONTROL: Final = Control(
    id="N3",
    phase=Phase.NETWORK,
    title="A reason for every flow",
    demands="Every flow has an owner, a purpose and a coming review, and flows that nobody uses are taken out.",
    figure="flows with an active owner, a purpose and a review in the future",
    closes="It is all of them, and at most 10 % were not used for 60 days.",
    why="Rules that nobody remembers stay open for ever, and nobody dares to close them.",
    how="Review the flows that are due, name owners who are active, and take out what nobody uses.",
    page=_PAGE,
    minutes=60,
    weight=3,
    measure=measure,
)
