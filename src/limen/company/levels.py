"""Three places to start from: which policies of the baseline are off, report-only or enforced at each.

A level touches the states of the baseline's demands only. What opens apps stays as it is, and so do the company's own
policies. A higher level never demands less. What it would refuse today is told as for every other change: by making
the company at that level a candidate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final

from limen.company.company import Company
from limen.company.states import with_state
from limen.policy import State

OFF, REPORT_ONLY, ENFORCE = State.OFF, State.REPORT_ONLY, State.ENFORCE


class Level(StrEnum):
    """gentle: nobody has to prepare for it · balanced: as Limen ships · strict: for companies with enrolled devices."""

    GENTLE = "gentle"
    BALANCED = "balanced"
    STRICT = "strict"


SAID: Final[Mapping[Level, str]] = {
    Level.GENTLE: (
        "Guests and contractors are restricted, administrators need a passkey, and high risk is refused. "
        "Everything else is report-only."
    ),
    Level.BALANCED: (
        "Confidential apps need a passkey, restricted apps a recently used one, and administering apps requires a "
        "grant. Device rules are report-only."
    ),
    Level.STRICT: "Confidential apps require known devices, and apps are administered on managed ones.",
}
"""What each level means for people."""

_STATES: Final[Mapping[str, tuple[State, State, State]]] = {
    "break-glass-nothing-else": (ENFORCE, ENFORCE, ENFORCE),
    "administrators-use-passkeys": (ENFORCE, ENFORCE, ENFORCE),
    "no-standing-administration": (OFF, ENFORCE, ENFORCE),
    "administration-needs-a-recent-passkey": (ENFORCE, ENFORCE, ENFORCE),
    "contractors-in-working-hours": (REPORT_ONLY, ENFORCE, ENFORCE),
    "guests-nothing-else": (ENFORCE, ENFORCE, ENFORCE),
    "confidential-needs-a-passkey": (REPORT_ONLY, ENFORCE, ENFORCE),
    "confidential-asks-once-a-day": (REPORT_ONLY, ENFORCE, ENFORCE),
    "restricted-needs-a-fresh-passkey": (REPORT_ONLY, ENFORCE, ENFORCE),
    "restricted-changes-need-a-proof-just-now": (OFF, REPORT_ONLY, ENFORCE),
    "restricted-in-working-hours": (OFF, REPORT_ONLY, ENFORCE),
    "restricted-only-with-a-grant": (OFF, REPORT_ONLY, ENFORCE),
    "restricted-download-needs-a-healthy-device": (REPORT_ONLY, ENFORCE, ENFORCE),
    "tokens-open-nothing-confidential": (ENFORCE, ENFORCE, ENFORCE),
    "tokens-administer-nothing": (ENFORCE, ENFORCE, ENFORCE),
    "confidential-on-known-devices": (OFF, REPORT_ONLY, ENFORCE),
    "restricted-on-bound-devices": (OFF, REPORT_ONLY, ENFORCE),
    "administration-on-managed-devices": (OFF, REPORT_ONLY, ENFORCE),
    # The console itself: enforced by hand, once every administrator's device is enrolled.
    "limen-on-known-devices": (OFF, OFF, REPORT_ONLY),
    # These name countries and networks, so they count for nothing until the company has written its own.
    "countries-we-work-in": (OFF, OFF, REPORT_ONLY),
    "no-anonymisers": (OFF, OFF, REPORT_ONLY),
    "restricted-from-our-networks": (OFF, OFF, REPORT_ONLY),
    "workloads-from-their-zone": (OFF, OFF, REPORT_ONLY),
    "downloads-on-managed-devices": (OFF, REPORT_ONLY, ENFORCE),
    "contractors-take-nothing-away": (OFF, REPORT_ONLY, ENFORCE),
    "restricted-is-not-shared": (OFF, REPORT_ONLY, ENFORCE),
    "highest-risk": (ENFORCE, ENFORCE, ENFORCE),
    "high-risk": (ENFORCE, ENFORCE, ENFORCE),
    "high-risk-takes-nothing-away": (ENFORCE, ENFORCE, ENFORCE),
    "medium-risk-asks-again": (ENFORCE, ENFORCE, ENFORCE),
}


def states_at(level: Level) -> dict[str, State]:
    """The state of each of the baseline's demands at this level, by `@id`."""
    place = tuple(Level).index(level)
    return {policy: states[place] for policy, states in _STATES.items()}


def changed_states(company: Company, level: Level) -> dict[str, tuple[State, State]]:
    """The policies whose state would change, with the state now and then; only those that this company still has."""
    now = _states_of(company)
    return {
        policy: (now[policy], state)
        for policy, state in states_at(level).items()
        if policy in now and now[policy] is not state
    }


def at_level(company: Company, level: Level) -> dict[str, str]:
    """The files that change to bring the company to this level; only states change in them."""
    changed: dict[str, str] = {}
    for policy, (_, state) in changed_states(company, level).items():
        changed |= with_state(replace(company, files={**company.files, **changed}), policy, state)
    return changed


def level_of(company: Company) -> Level | None:
    """The level that the company is at; None where its states are none of the three."""
    return next((level for level in Level if not changed_states(company, level)), None)


def _states_of(company: Company) -> dict[str, State]:
    bodies = company.policies.tree["staticPolicies"]
    return {
        policy: State((body.get("annotations") or {}).get("state", State.ENFORCE)) for policy, body in bodies.items()
    }
