"""What a policy says of itself beside its Cedar: `@id`, `@title`, `@reason`, `@state`, `@phase`, `@always`."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from limen.cedar import Policy
from limen.messages import Language
from limen.policy.decision import Reason

ANNOTATIONS: Final = {
    "id": "The name that tests, reasons and commands use for the policy. Every policy needs one.",
    "title": "The policy in one sentence.",
    "reason": "Why the policy exists. Shown to people whom it refuses.",
    "reason_de": "The same reason in German, for people who read Limen in German. Others are shown `@reason`.",
    "remedy": "What the authors suggest to people whom it refuses. Limen shows the remedies that it works out itself.",
    "state": "`enforce` (the default), `report-only` (evaluated and counted, changes no answer) or `off`.",
    "phase": "What Limen must know before it can be enforced: `identity`, `devices`, `network` or `data`.",
    "exceptions": "The reasons for its exceptions, as written by the console's form.",
    "allow_unknown": "Why an unknown fact is accepted where a bad one is not.",
    "always": "Why it applies even while an app is in onboarding.",
}
"""Every annotation that Limen knows; another one is most likely a slip of the pen."""
_TRANSLATED: Final = {language: f"reason_{language}" for language in Language if f"reason_{language}" in ANNOTATIONS}
"""The annotation that holds the reason in each further language."""


class State(StrEnum):
    """off: not evaluated · report-only: evaluated and counted, changes no answer · enforce: changes answers."""

    OFF = "off"
    REPORT_ONLY = "report-only"
    ENFORCE = "enforce"

    @classmethod
    def _missing_(cls, value: object) -> State | None:
        """Revisions and decision files never change, and older ones say `watch`. In new text it is refused."""
        return cls.REPORT_ONLY if value == "watch" else None


class Phase(StrEnum):
    """The roadmap's four steps, in their order: what has to be known before a policy can be enforced."""

    IDENTITY = "identity"
    DEVICES = "devices"
    NETWORK = "network"
    DATA = "data"


def state_of(policy: Policy) -> State:
    """`@state("…")`, which is enforce unless it says otherwise. Raises ValueError for any other word."""
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
    translations = tuple((str(language), said[name]) for language, name in _TRANSLATED.items() if said.get(name))
    return Reason(policy.id, policy.effect, said.get("title", policy.id), said.get("reason", ""), translations)
