"""What policies and requests mean, as sentences. Pure: names are looked up in what is given.

Why an answer is what it is, and what would turn it, is said by `limen.policy.wording`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from limen.cedar import Policy
from limen.cedar.policies import Scope
from limen.cedar.trace import Part
from limen.facts import ACTIONS, App, FactStore, Group
from limen.messages import joined
from limen.policy.explain import Considered

_DOING: Final = {
    "view": "view",
    "download": "download from",
    "edit": "edit in",
    "share": "share from",
    "administer": "administer",
    "connect": "connect to",
    "elevate": "elevate in",
    "sign_in": "sign in to",
    "audit": "audit",
    "support": "support people in",
}
_ANSWERED: Final = {
    "permit": "was allowed to",
    "challenge": "was asked to confirm their identity to",
    "deny": "was not allowed to",
}


@dataclass(frozen=True, slots=True)
class Spoke:
    """A policy that could speak in a decision. `speaks` says to whom and about what; `stopped` what kept it from
    applying; `is_open` that it is shown in full at once.
    """

    policy: Considered
    speaks: str
    stopped: tuple[str, str]
    is_open: bool = False


def spoke(considered: Considered, policy: Policy, known: FactStore, *, is_open: bool = False) -> Spoke:
    """A policy that was considered, with what it says and what stopped it."""
    return Spoke(considered, scope_sentence(policy, known.groups, known.apps), stopped_by(considered), is_open)


def doing(action: str) -> str:
    """`edit in`: an action before the name of an app."""
    return _DOING.get(action, action.replace("_", " "))


def answered(person: str, action: str, app: str, effect: str) -> str:
    """A whole decision in one sentence."""
    return f"{person} {_ANSWERED.get(effect, 'got an answer for')} {doing(action)} {app}"


def scope_sentence(policy: Policy, groups: Mapping[str, Group], apps: Mapping[str, App]) -> str:
    """To whom, what, where and under how much a policy speaks: `Finance may view or edit Payroll, under 1 condition`.

    A forbid with conditions is said as a limit, never as "nobody may": most requests pass it.
    """
    what = f"{_what(policy.action)} {_where(policy.resource, apps)}"
    is_anybody, is_permit = policy.principal.is_any, policy.effect == "permit"
    if is_permit:
        who = "Anyone" if is_anybody else _who(policy.principal, groups)
        count = len(policy.conditions)
        return f"{who[0].upper()}{who[1:]} can {what}{f', under {_conditions(count)}' if count else ''}"
    if not policy.conditions:
        who = _who(policy.principal, groups)
        return f"Nobody can {what}" if is_anybody else f"{who[0].upper()}{who[1:]} can't {what}"
    who = "everyone" if is_anybody else _who(policy.principal, groups)
    if policy.action.is_any:
        return f"Limits what {who} can do with {_where(policy.resource, apps)}; see its text"
    return f"Limits when {who} can {what}; see its text"


def stopped_by(policy: Considered) -> tuple[str, str]:
    """The first thing that kept a policy from applying, and what it was: (`context.auth.strength >= 3`, `true`).

    ("", "") where the policy applied.
    """
    for line in policy.scope:
        if not line.held:
            return line.text, "false"
    for condition in policy.conditions:
        if condition.outcome in {"failed", "error"}:
            wanted = "failed" if condition.kind == "when" else "held"
            part = next((p for p in _leaves(condition.parts) if p.outcome in {wanted, "error"}), None)
            was = {"failed": "false", "held": "true", "error": "an error"}[part.outcome if part else wanted]
            return (part.text if part else condition.text), was
    return "", ""


def _leaves(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        if part.parts:
            yield from _leaves(part.parts)
        else:
            yield part


def _who(scope: Scope, groups: Mapping[str, Group]) -> str:
    if scope.entities is None:
        return {"Workload": "services", "Person": "people"}.get(scope.type or "", "somebody")
    names = [groups[uid.id].title or uid.id if uid.id in groups else uid.id for uid in scope.entities]
    return joined([f"“{name}”" for name in names], "or")


def _conditions(count: int) -> str:
    return f"{count} {'condition' if count == 1 else 'conditions'}"


def _what(scope: Scope) -> str:
    if scope.is_any or scope.entities is None:
        return "do anything with"
    actions = [uid.id for uid in scope.entities]
    if len(actions) == 1:
        return doing(actions[0])
    return joined([action.replace("_", " ") for action in _sorted(actions)], "or")


def _where(scope: Scope, apps: Mapping[str, App]) -> str:
    if scope.entities is None:
        return "any app"
    return joined([apps[uid.id].name if uid.id in apps else uid.id for uid in scope.entities], "or")


def _sorted(actions: Iterable[str]) -> list[str]:
    """In the order from the mildest to the strictest."""
    return sorted(actions, key=lambda action: ACTIONS.index(action) if action in ACTIONS else len(ACTIONS))
