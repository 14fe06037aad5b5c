"""N2: between any two zones nothing passes but a list of flows that somebody owns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.network.model import ANY_SERVICE, INTERNET, Flow
from limen.network.proved import Proved
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.network.owners import is_owned, owners
from limen.roadmap.network.rules_in_force import silent, unguarded

_PAGE: Final = "/console/network/matrix"


def measure(evidence: Evidence) -> Iterator[Part]:
    proved = evidence.network.proved
    yield Part(
        "ordered pairs of zones between which only flows that somebody owns pass, at every firewall between them",
        () if proved is None else tuple(_rows(evidence, proved)),
        grade=Grade.MEASURED,
        missing=silent(evidence),
    )


def _rows(evidence: Evidence, proved: Proved) -> Iterator[Row]:
    """Both address families are one row: each rule and each proof is about both."""
    names, by = proved.network.zone_names, owners(evidence)
    flows = {one.id: one for one in proved.network.flows}
    for source in names:
        for destination in names:
            if source == destination == INTERNET or not proved.is_guarded(source, destination):
                continue
            why = _why(proved, flows, by, source, destination) or unguarded(evidence, source, destination)
            page = f"{_PAGE}/{source}/{destination}"
            yield Row(f"{source}>{destination}", f"{source} → {destination}", not why, why, page)


def _why(proved: Proved, flows: dict[str, Flow], by: frozenset[str], source: str, destination: str) -> str:
    """Why what passes is no list of flows that are owned; "" where it is, or nothing passes."""
    if (source, destination) in proved.trials:
        return "the pair is on trial: nothing is denied yet"
    for id_ in proved.cell(source, destination).rule_ids:
        flow = flows.get(id_)
        if flow is None:
            return f"{id_} lets something through and is no flow"
        if ANY_SERVICE in flow.way.services:
            return f"{id_} lets every service through"
        if not is_owned(flow.owner, by):
            return f"nobody active owns {id_}"
    return ""


CONTROL: Final = Control(
    id="N2",
    phase=Phase.NETWORK,
    title="Default deny between zones",
    demands="Between any two zones only an explicit list of flows passes, and each has an owner.",
    figure="ordered pairs of zones with an explicit list of owned flows in force at every firewall between them",
    closes="It is all of them.",
    why="Whatever nobody listed is what an attacker moves by.",
    how="Apply the rules of network.yaml at every firewall, end trials, and replace flows for any service by lists.",
    page=_PAGE,
    minutes=240,
    weight=5,
    measure=measure,
)
