"""The facts that a privacy notice states, from the settings, policies and people as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.events import Family
from limen.events.kinds import families
from limen.facts import LIMEN, Person
from limen.monitor.monitor_rules import MonitorRules
from limen.policy.annotations import State
from limen.policy.engine import Engine
from limen.settings import Settings

LOOKING: Final = ("audit", "support", "administer")
"""The actions on Limen that let somebody see data about others."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who may do one action: groups by their titles, each with the number of its active members.

    `others` are the ids of policies that permit it without naming a group.
    """

    action: str
    groups: tuple[tuple[str, int], ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Everything a notice tells. `kinds` are all kinds of events by family; `apps` are names of what is protected."""

    settings: Settings
    revision: str
    readers: tuple[Readers, ...]
    apps: tuple[str, ...]
    people: int
    kinds: Mapping[Family, tuple[str, ...]]
    watching: MonitorRules | None = None
    """None where nothing is watched besides what Limen itself records."""


def notice_facts(
    settings: Settings,
    engine: Engine,
    apps: Iterable[str],
    people: Iterable[Person],
    watching: MonitorRules | None = None,
) -> NoticeFacts:
    """What a notice tells under these settings and policies, and what `monitor.yaml` says."""
    active = [person for person in people if person.active and not person.is_workload]
    readers = tuple(_readers(action, settings, engine, active) for action in LOOKING)
    return NoticeFacts(
        settings,
        engine.revision,
        readers,
        tuple(sorted(apps)),
        len(active),
        families(),
        watching if watching is not None and watching.watch else None,
    )


def _readers(action: str, settings: Settings, engine: Engine, active: list[Person]) -> Readers:
    groups: set[str] = set()
    others: list[str] = []
    for policy in engine.policies:
        if policy.effect != "permit" or engine.states[policy.id] is not State.ENFORCE:
            continue
        actions = policy.action.entities
        resources = policy.resource.entities
        if actions is not None and action not in {uid.id for uid in actions}:
            continue
        if resources is not None and LIMEN not in {uid.id for uid in resources}:
            continue
        named = {uid.id for uid in policy.principal.entities or () if uid.type == "Group"}
        groups |= named
        if not named:
            others.append(policy.id)
    titled = tuple((settings.groups.get(one, one), sum(one in p.groups for p in active)) for one in sorted(groups))
    return Readers(action, titled, tuple(sorted(others)))
