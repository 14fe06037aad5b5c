"""N6: whoever takes over one workstation reaches nothing that is restricted without a person's fresh consent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from limen.facts import LIMEN, Label
from limen.network.model import INTERNET, Network
from limen.network.proof.assets import Asset, Assets
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.network.evidence import Foothold
from limen.roadmap.network.rules_in_force import NO_NETWORK, TOO_LARGE, unguarded

MOST_NAMED: Final = 3
_PAGE: Final = "/console/network/blast"


def measure(evidence: Evidence) -> Iterator[Part]:
    known = evidence.network
    footholds = known.footholds
    missing = (
        NO_NETWORK
        if known.network is None
        else TOO_LARGE
        if footholds is None
        else ""
        if footholds
        else "no zone of the kind workstation is stated, and nobody is known: state where people work first"
    )
    yield Part(
        "restricted hosts, zones and apps that no single workstation reaches without a fresh human step",
        tuple(_rows(evidence, footholds or ())),
        grade=Grade.MEASURED,
        missing=missing,
    )


def _rows(evidence: Evidence, footholds: tuple[Foothold, ...]) -> Iterator[Row]:
    network = evidence.network.network or Network(())
    for asset in Assets(network).all:
        if asset.sensitivity == Label.RESTRICTED and asset.zone != INTERNET:
            why = _reached_by(one for one in footholds if asset in one.assets) or _unknown(evidence, network, asset)
            yield Row(f"asset:{asset.name}", asset.name, not why, why, f"/console/network/zones/{asset.zone}")
    for app in evidence.apps.values():
        if app.label is Label.RESTRICTED:
            nobody = "" if any(one.is_person for one in footholds) else "nobody is known yet who could lose a laptop"
            why = _reached_by(one for one in footholds if app.id in one.apps) or nobody
            page = "/console/least" if app.id == LIMEN else f"/console/apps/{app.id}"
            yield Row(f"app:{app.id}", app.name, not why, why, page)


def _reached_by(footholds: Iterable[Foothold]) -> str:
    """Who of people is left out: only how many they are. Rows name what is reached, and pages by whom."""
    found = list(footholds)
    places = [one.name for one in found if not one.is_person]
    people = sum(one.is_person for one in found)
    said = places[:MOST_NAMED] + ([f"{people} stolen laptops"] if people else [])
    return f"within reach of {', '.join(said)}" if said else ""


def _unknown(evidence: Evidence, network: Network, asset: Asset) -> str:
    """Why it is not known that firewalls keep it out of reach: a way there may lead by any zone."""
    zones = (one for one in network.zone_names if one != asset.zone)
    return next((why for one in zones if (why := unguarded(evidence, one, asset.zone))), "")


CONTROL: Final = Control(
    id="N6",
    phase=Phase.NETWORK,
    title="Blast radius of one workstation",
    demands="Nothing restricted is within reach of a single compromised workstation without a fresh human step-up.",
    figure="restricted hosts, zones and apps that no stolen laptop and no workstation zone reaches",
    closes="It is all of them.",
    why="One opened attachment must not end at the accounts, the backups or the domain controller.",
    how="Make the one change that the largest blast radius proposes, and ask for a step-up where a door leads there.",
    page="/console/network/blast/largest",
    minutes=90,
    weight=4,
    measure=measure,
)
