"""N4: what must never be possible is proved impossible, by the rules that firewalls have in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from limen.network.built_in import BUILT_IN
from limen.network.model import EVERYTHING, INSIDE, INTERNET, Network
from limen.network.proof.nevers import Verdict
from limen.network.proved import Proved
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.network.rules_in_force import doubt, silent, unguarded

_PAGE: Final = "/console/network/never"


def measure(evidence: Evidence) -> Iterator[Part]:
    proved = evidence.network.proved
    yield Part(
        "statements of what must never be that are proved on the rules in force",
        () if proved is None else tuple(_rows(evidence, proved)),
        grade=Grade.MEASURED,
        missing=silent(evidence),
    )


def _rows(evidence: Evidence, proved: Proved) -> Iterator[Row]:
    """The minimum set, whether stated or not, and then what the company states itself."""
    found = {one.never.id: one for one in proved.verdicts}
    built_in = [one.id for one in BUILT_IN]
    for id_ in (*built_in, *(one for one in found if one not in built_in)):
        verdict = found.get(id_)
        why = _not_stated(evidence, id_) if verdict is None else _why(evidence, verdict)
        yield Row(id_, id_, not why, why, _PAGE)


def _not_stated(evidence: Evidence, id_: str) -> str:
    reason = evidence.network.without.get(id_, "")
    return f"the company does without it: {reason}" if reason else "no zones of the kinds that it is about are stated"


def _why(evidence: Evidence, verdict: Verdict) -> str:
    if not verdict.is_decided:
        return "too many rules overlap for a proof"
    if verdict.path:
        first, last = verdict.path[0].source.name, verdict.path[-1].destination.name
        by = ", ".join(dict.fromkeys(step.rule_id for step in verdict.path if step.rule is not None))
        return f"{first} reaches {last}" + (f" by {by}" if by else ", and no firewall is between")
    if verdict.never.hops:
        doubts = (doubt(one, evidence.at) for one in evidence.network.firewalls if not one.firewall.host)
        if why := next(filter(None, doubts), ""):
            return why
    network = evidence.network.network or Network(())
    sources, destinations = verdict.never.way.sources, verdict.never.way.destinations
    pairs = ((one, other) for one in _zones(network, sources) for other in _zones(network, destinations))
    return next((why for one, other in pairs if one != other and (why := unguarded(evidence, one, other))), "")


def _zones(network: Network, names: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for name in names:
        if name in {INSIDE, EVERYTHING}:
            found |= dict.fromkeys(one for one in network.zone_names if name == EVERYTHING or one != INTERNET)
        else:
            found[network.host_of[name].zone if name in network.host_of else name] = None
    return list(found)


CONTROL: Final = Control(
    id="N4",
    phase=Phase.NETWORK,
    title="Forbidden ways are proved closed",
    demands="What must never be possible is proved impossible on the rules that firewalls have in force.",
    figure="statements of what must never be that are proved on rules read back within a day, of the six and your own",
    closes="It is all of them.",
    why="Ransomware goes from a workstation to the backups by the one rule that nobody saw.",
    how="Remove or narrow the flow that the witness names, and have every firewall follow Limen.",
    page=_PAGE,
    minutes=60,
    weight=5,
    measure=measure,
)
