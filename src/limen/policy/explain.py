"""Why an answer is what it is: every policy considered, every condition, and the value each of them saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import msgspec

from limen.cedar import CedarSet, Datetime, Decimal, Duration, EntityUid, IpRange, Policy, Value
from limen.cedar.interpret import Request as CedarRequest
from limen.cedar.text import uid_text
from limen.cedar.trace import ConditionTrace, Part, Read, ScopeLine, trace_policy
from limen.cedar.values import type_name
from limen.clock import to_iso
from limen.policy.annotations import State
from limen.policy.decision import Decision, Reason
from limen.policy.documents import put_to
from limen.policy.time_words import length_text

Plain = bool | int | str | list[Any] | dict[str, Any] | None


class Considered(msgspec.Struct, frozen=True):
    """One policy that could speak about this action on this app.

    `outcome`: "held" (it applies) · "failed" · "error". `determined` says that it made the answer what it is.
    """

    id: str
    effect: str
    state: State
    title: str
    reason: str
    outcome: str
    message: str
    determined: bool
    scope: tuple[ScopeLine, ...]
    conditions: tuple[ConditionTrace, ...]


class Explanation(msgspec.Struct, frozen=True):
    """A decision and everything it was made of. All values in it are plain, so that it can be written as JSON."""

    decision: Decision
    valid_until: int | None
    policies: tuple[Considered, ...]

    def to_json(self) -> dict[str, Any]:
        """For programs. Instants are milliseconds since the epoch."""
        decision = self.decision
        plain: dict[str, Any] = msgspec.to_builtins(
            {
                "effect": decision.effect,
                "reasons": decision.reasons,
                "remedies": decision.remedies,
                "watched": decision.watched,
                "request": decision.request,
                "app": decision.facts.app.id,
                "person": decision.facts.person.id,
                "now": decision.now,
                "revision": decision.revision,
                "valid_until": self.valid_until,
                "policies": self.policies,
            }
        )
        return plain


def explain(decision: Decision, policies: Iterable[tuple[Policy, State, Reason]], request: CedarRequest) -> Explanation:
    """Trace every policy whose action and resource lines hold; the others never had a say."""
    determining = {reason.policy for reason in decision.reasons}
    considered = [
        _consider(policy, state, reason, asked, determining)
        for policy, state, reason in policies
        for asked in [put_to(policy, request)]
        if policy.action.holds(asked.action.uid, asked.action.ancestors)
        and policy.resource.holds(asked.resource.uid, asked.resource.ancestors)
    ]
    return Explanation(decision, decision.valid_until, tuple(considered))


def _consider(policy: Policy, state: State, reason: Reason, request: CedarRequest, determining: set[str]) -> Considered:
    traced = trace_policy(policy, request)
    return Considered(
        id=policy.id,
        effect=policy.effect,
        state=state,
        title=reason.title,
        reason=reason.text,
        outcome=traced.outcome,
        message=traced.message,
        determined=state is State.ENFORCE and (policy.id in determining or traced.outcome == "error"),
        scope=traced.scope,
        conditions=tuple(replace(one, parts=tuple(map(_plain_part, one.parts))) for one in traced.conditions),
    )


def _plain_part(part: Part) -> Part:
    reads = tuple(Read(read.path, plain(read.value), read.missing) for read in part.reads)  # type: ignore[arg-type]
    return replace(part, reads=reads, parts=tuple(map(_plain_part, part.parts)))


def plain(value: Value | None) -> Plain:
    """A Cedar value as JSON has it; what JSON has no word for becomes the text a person would write."""
    match value:
        case None | bool() | str():
            return value
        case EntityUid():
            return uid_text(value)
        case Datetime():
            return to_iso(int(value)) if 0 <= value < _YEAR_9999 else f"{int(value)} ms"
        case Duration():
            return length_text(int(value))
        case Decimal():
            return f"{int(value) / 10_000:.4f}"
        case int():
            return value
        case CedarSet():
            return [plain(item) for item in value.items]
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case IpRange():
            return _address(value)
    raise TypeError(type_name(value))


_YEAR_9999 = 253_370_764_800_000


def _address(value: IpRange) -> str:
    bits = 32 if value.version == 4 else 128
    address = str(IPv4Address(value.address) if value.version == 4 else IPv6Address(value.address))
    return address if value.prefix == bits else f"{address}/{value.prefix}"
