"""The roadmap by exports alone: the same controls, each figure with the grade of what others say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from limen.assessing.contradictions import Contradiction, contradictions
from limen.assessing.device_evidence import device_evidence
from limen.assessing.fed import FED, NOT_HERE, missing, says_anything
from limen.assessing.firewalls import Rules, rules_of
from limen.assessing.kinds import Kind
from limen.assessing.people_evidence import identity_evidence, members
from limen.assessing.told import Told
from limen.clock import SECOND, Instant
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Measured, Part
from limen.roadmap.network.evidence import NetworkEvidence
from limen.roadmap.roadmap import Kept, Roadmap, Shown, roadmap
from limen.roadmap.steps import Step, next_steps

STEPS: Final = 3
_NOTHING: Final = Kept({}, {}, {}, ())


@dataclass(frozen=True, slots=True)
class Assessment:
    """`unseen` says which exports would make more known, and the ids of the controls that wait for each, what most
    wait for first. `steps` are the next ones, of what is seen.
    """

    told: Told
    evidence: Evidence
    roadmap: Roadmap
    rules: Rules | None
    contradictions: tuple[Contradiction, ...]
    steps: tuple[Step, ...]
    unseen: tuple[tuple[Kind, tuple[str, ...]], ...]

    @property
    def seen(self) -> tuple[Shown, ...]:
        """Controls of which something is known."""
        return tuple(one for one in self.roadmap.shown if any(_is_seen(part) for part in one.measured.parts))


def assessed(told: Told, now: Instant, controls: Iterable[Control] = CONTROLS) -> Assessment:
    """All of it; the network takes seconds. Raises RefusedError where the firewall's files can't be read."""
    rules = rules_of(told.firewall, told.places, now) if told.firewall else None
    evidence = _evidence(told, rules, now)
    against = contradictions(told, now)
    chosen = [_imported(one, told, against, now) for one in controls]
    found = roadmap(evidence, _NOTHING, datetime.fromtimestamp(now / SECOND, UTC).date(), chosen)
    return Assessment(told, evidence, found, rules, against, _steps(found, evidence), tuple(_unseen(found, told)))


def _evidence(told: Told, rules: Rules | None, now: Instant) -> Evidence:
    everybody = members(told)
    oldest = min((one.at for one in told.sign_ins.values()), default=now)
    return Evidence(
        at=now,
        members=everybody,
        recorded_since=oldest,
        identity=identity_evidence(told, everybody, now),
        devices=device_evidence(told, everybody, now),
        network=NetworkEvidence() if rules is None else rules.evidence,
    )


def _imported(control: Control, told: Told, against: tuple[Contradiction, ...], now: Instant) -> Control:
    """The control, measured as ever; what exports can't tell of it is unknown, and what they tell is imported."""

    def measure(evidence: Evidence) -> Iterator[Part]:
        rows = tuple(one.row for one in against if one.control == control.id)
        for part in control.measure(evidence):
            key = control.id, part.name
            fed = FED.get(key)
            if key in NOT_HERE:
                continue
            if fed is None:
                yield replace(part, rows=(), grade=Grade.UNKNOWN, missing=_after(control))
                continue
            silent = missing(fed, told, now) or part.missing
            seen = part.rows if says_anything(fed, told, now) else ()
            yield replace(part, rows=(*seen, *rows), grade=min(part.grade, Grade.IMPORTED), missing=silent)
            rows = ()

    return replace(control, measure=measure)


def _after(control: Control) -> str:
    return f"No export tells of it. With Limen: {control.how}"


def is_of_limen(part: Part) -> bool:
    """Whether only an installed Limen knows more of it."""
    return part.missing.startswith("No export tells of it.")


def _is_seen(part: Part) -> bool:
    return part.is_known or bool(part.misses)


def _steps(found: Roadmap, evidence: Evidence) -> tuple[Step, ...]:
    """Of controls of which something is seen to be missed: what is seen is certain, whatever else is not."""
    some = []
    for one in found.shown:
        parts = tuple(replace(each, missing="") for each in one.measured.parts if each.misses)
        if parts:
            some.append(replace(one, measured=Measured(one.control.id, found.at, parts)))
    return next_steps(some, evidence)[:STEPS]


def _unseen(found: Roadmap, told: Told) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    waiting: dict[Kind, list[str]] = {}
    for one in found.shown:
        for part in one.measured.parts:
            fed = FED.get((one.control.id, part.name))
            for kind in fed.lacks(told) if fed is not None else ():
                waiting.setdefault(kind, []).append(one.control.id)
    counts = Counter({kind: len(set(ids)) for kind, ids in waiting.items()})
    for kind, _ in counts.most_common():
        yield kind, tuple(dict.fromkeys(waiting[kind]))
