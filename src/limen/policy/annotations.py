"""What a policy says of itself beside its Cedar: `@id`, `@title`, `@reason`, `@state`, `@phase`, `@always`."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from limen.cedar import Policy
from limen.policy.decision import Reason

ANNOTATIONS: Final = {
    "id": "The name by which tests, reasons and commands know the policy. Each policy needs one.",
    "title": "The policy as a sentence.",
    "reason": "Why it is so, told to whoever it refuses.",
    "remedy": "What its authors think that helps. Limen keeps it, and shows the remedies that it finds itself.",
    "state": "`off`, `watch` (evaluated and counted, changes nothing) or `enforce`, which is usual.",
    "phase": "What has to be known before it can be enforced: `identity`, `devices`, `network` or `data`.",
    "exceptions": "What a form wrote of the reasons for its exceptions.",
    "allow_unknown": "Why an unknown fact may pass where a bad one would not.",
    "always": "Why it refuses while an app is in onboarding as well.",
}
"""Every annotation that Limen knows; another one is most likely a slip of the pen."""


class State(StrEnum):
    """off: not looked at · watch: evaluated and counted, changes nothing · enforce: counts."""

    OFF = "off"
    WATCH = "watch"
    ENFORCE = "enforce"


class Phase(StrEnum):
    """The roadmap's four steps, in their order: what has to be known before a policy can be enforced."""

    IDENTITY = "identity"
    DEVICES = "devices"
    NETWORK = "network"
    DATA = "data"


def state_of(policy: Policy) -> State:
    """`@state("…")`, which is enforce where it is not said. Raises ValueError for any other word."""
    return State(policy.annotations.get("state", State.ENFORCE))


def phase_of(policy: Policy) -> Phase | None:
    """`@phase("…")`; None where it is not said. Raises ValueError for any other word."""
    said = policy.annotations.get("phase")
    return None if said is None else Phase(said)


def is_always(policy: Policy) -> bool:
    """Does it refuse in an app's onboarding as well, as `@always("why")` says?"""
    return "always" in policy.annotations


def reason_of(policy: Policy) -> Reason:
    """What a person is told when this policy determined the answer."""
    said = policy.annotations
    return Reason(policy.id, policy.effect, said.get("title", policy.id), said.get("reason", ""))
