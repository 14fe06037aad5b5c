"""I7: decisions know of device, place and risk, and the policies of this phase are enforced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from limen.facts import LIMEN, App, Label
from limen.policy import Phase as PolicyPhase, State
from limen.policy.access import actions_of
from limen.policy.decision import Request
from limen.policy.hypothetical import Hypothetical
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.decided import Decided
from limen.roadmap.identity.rows import active, of_app
from limen.roadmap.model import Control, Grade, Part, Phase, Row

MOST_KNOWN: Final = 0.95
_MOST_ALIKE: Final = 200
"""So many people are tried at each app, each in other groups."""
_NOTHING_KNOWN: Final = Hypothetical(strength=3, device="", risk=None)
"""Somebody with a fresh passkey, of whose device, place and risk nothing is known."""


def measure(evidence: Evidence) -> Iterator[Part]:
    found, unpublished = evidence.identity.decided, "" if evidence.company is not None else "Publish policies first"
    is_whole = found is not None and found.is_whole
    yield Part(
        "decisions of 7 days in which device, place and risk were known",
        tuple(_known(found or Decided(), evidence)),
        at_least=MOST_KNOWN,
        missing="" if is_whole else "The decisions of 7 days could not be read from the journal to their end",
    )
    yield Part("policies of this phase that are enforced", tuple(_policies(evidence)), missing=unpublished)
    sensitive = [one for one in evidence.apps.values() if one.label >= Label.CONFIDENTIAL and one.id != LIMEN]
    if sensitive or unpublished:
        yield Part(
            "confidential and restricted apps that stay shut when nothing is known of device, place and risk",
            tuple(_shut(one, evidence) for one in sensitive),
            grade=Grade.PROBED,
            missing=unpublished,
        )
    elsewhere = evidence.identity.policies_elsewhere
    if elsewhere is not None:
        yield Part(
            "policies of other providers that are enforced",
            tuple(Row(one.id, one.name, not one.why, one.why) for one in elsewhere),
            grade=Grade.IMPORTED,
        )


def _known(found: Decided, evidence: Evidence) -> Iterator[Row]:
    for (app, unknown), count in sorted(found.known.items()):
        declared = evidence.apps.get(app)
        name, page = (app, "") if declared is None else (declared.name, "/console/decisions")
        why = f"not known: {', '.join(unknown)}" if unknown else ""
        yield Row(" ".join((app, *unknown)), name, not unknown, why, page, count)


def _policies(evidence: Evidence) -> Iterator[Row]:
    bodies: dict[str, Any] = {} if evidence.company is None else evidence.company.policies.tree["staticPolicies"]
    for id_, body in sorted(bodies.items()):
        said = body.get("annotations") or {}
        if said.get("phase") == PolicyPhase.IDENTITY:
            state = said.get("state") or State.ENFORCE
            is_met = state == State.ENFORCE
            yield Row(id_, said.get("title") or id_, is_met, "" if is_met else state, f"/console/policies/{id_}")


def _shut(app: App, evidence: Evidence) -> Row:
    """Decided by the policies in force, for one person of each set of groups: who is alike is decided alike."""
    company = evidence.company
    if company is None:
        return of_app(app, "no policies are in force")
    engine, now = company.engine(), evidence.at
    alike = list({one.person.groups: one.person for one in active(evidence)}.values())
    for person in alike[:_MOST_ALIKE]:
        for action in actions_of(app):
            facts = _NOTHING_KNOWN.facts(person, app, action, now)
            if engine.decide(Request(action, host=app.host), facts, now).is_permit:
                return of_app(app, f"{action} is permitted although nothing is known of device, place and risk")
    return of_app(app, "" if 0 < len(alike) <= _MOST_ALIKE else "there are too many sets of groups to try each")


CONTROL: Final = Control(
    id="I7",
    phase=Phase.IDENTITY,
    title="Access depends on conditions",
    demands="Decisions weigh device, place, time and risk, and the policies that do so are enforced.",
    figure="decisions of the last 7 days in which device, place and risk were known; policies in force; apps that shut",
    closes="It is 95 % of decisions, all policies of this phase, and all confidential and restricted apps.",
    why="A condition on something unknown, or in a policy that only reports, stops nobody.",
    how="Raise the level of policies, enrol devices, and keep places and risk switched on in monitor.yaml.",
    page="/console/levels",
    minutes=60,
    weight=4,
    measure=measure,
)
