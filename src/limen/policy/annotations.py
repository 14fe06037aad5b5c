"""What a policy says of itself beside its Cedar: `@id`, `@title`, `@reason`, `@state`."""

from __future__ import annotations

from enum import StrEnum

from limen.cedar import Policy
from limen.policy.decision import Reason

ANNOTATIONS = frozenset({"id", "title", "reason", "remedy", "state", "allow_unknown"})
"""Every annotation that Limen knows; another one is most likely a slip of the pen."""


class State(StrEnum):
    """off: not looked at · watch: evaluated and counted, changes nothing · enforce: counts."""

    OFF = "off"
    WATCH = "watch"
    ENFORCE = "enforce"


def state_of(policy: Policy) -> State:
    """`@state("…")`, which is enforce where it is not said. Raises ValueError for any other word."""
    return State(policy.annotations.get("state", State.ENFORCE))


def reason_of(policy: Policy) -> Reason:
    """What a person is told when this policy determined the answer."""
    said = policy.annotations
    return Reason(policy.id, policy.effect, said.get("title", policy.id), said.get("reason", ""))
