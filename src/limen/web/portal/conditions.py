"""A refusal as a checklist a person understands: what was looked at, what held, what did not, and how to mend it.

It is read off the explanation: which attributes the conditions of the policies looked at, and which of them stood in
the way. It never names a threshold: how young a proof has to be, or from when to when, is what a thief would ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from limen.cedar.trace import Part
from limen.facts import App, Facts, Group
from limen.identity.factors import Held
from limen.policy.annotations import State
from limen.policy.decision import Decision, Named
from limen.policy.explain import Considered, Explanation
from limen.policy.remedies import opens_at
from limen.web.pages import factor_words

PLACES: Final = (
    ("context.auth", "proof"),
    ("context.now", "proof"),
    ("context.device", "device"),
    ("context.place", "place"),
    ("context.time", "time"),
    ("context.risk", "risk"),
    ("context.grants", "groups"),
    ("principal.active", "account"),
    ("principal", "groups"),
)
TITLES: Final = {
    "account": "Your account",
    "proof": "Your sign-in",
    "groups": "Your role",
    "device": "This device",
    "place": "Place",
    "time": "Time",
    "risk": "Behaviour",
    "limen": "Limen",
}
_PROOFS: Final = frozenset({"use_passkey", "add_factor", "sign_in_again"})
_EVERYBODY: Final = frozenset({"staff", "everybody"})
"""Groups too wide to be asked anything."""
_ENDED: Final = frozenset(
    {
        Named.NOT_SIGNED_IN,
        Named.SESSION_ENDED,
        Named.SESSION_REVOKED,
        Named.SESSION_OF_ANOTHER_APP,
        Named.SESSION_UNKNOWN,
        Named.DUPLICATE_COOKIE,
    }
)
_ITSELF: Final = {
    Named.LEASE_EXPIRED: "Limen had lost touch with its own database, so nothing was let through.",
    Named.JOURNAL_UNWRITABLE: "Limen could not keep its journal, so nothing was let through.",
    Named.POLICY_ERROR: "A policy could not be evaluated, so nothing was let through.",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the checklist. `mend` holds its steps where it failed; `minutes` says how long they take."""

    kind: str
    title: str
    holds: bool
    said: str
    mend: tuple[str, ...] = ()
    minutes: int = 0


def checklist(explanation: Explanation, named: str, held: Held, groups: dict[str, Group]) -> tuple[Condition, ...]:
    """Every condition that was looked at, the failing ones among them. `named` is the reason that was journaled."""
    facts = explanation.decision.facts
    if named in _ITSELF:
        steps = ("Wait a moment and check again.", "If it stays so, tell your administrator.")
        return (Condition("limen", TITLES["limen"], holds=False, said=_ITSELF[Named(named)], mend=steps, minutes=2),)
    asked, failing = _looked_at(explanation, named)
    lines = []
    for kind in ("account", "proof", "groups", "device", "place", "time", "risk"):
        if kind in asked or kind in failing:
            holds = kind not in failing
            mend, minutes = ((), 0) if holds else _mend(kind, explanation, named, held, groups)
            said = _said(kind, facts, explanation, held, groups, holds=holds)
            lines.append(Condition(kind, TITLES[kind], holds, said, mend, minutes))
    return tuple(lines)


def can_prove(decision: Decision, named: str) -> bool:
    """Whether a proof that is given now would turn the answer, or bring back a session that was over."""
    return named in _ENDED or any(remedy.kind in _PROOFS for remedy in decision.at_once)


def is_forbidden_outright(explanation: Explanation) -> bool:
    """Whether something permits this, so that it is a forbid alone that stands in the way."""
    held = {policy.effect for policy in _enforced(explanation) if policy.outcome == "held"}
    return held == {"permit", "forbid"}


def _enforced(explanation: Explanation) -> list[Considered]:
    return [policy for policy in explanation.policies if policy.state is State.ENFORCE]


def _looked_at(explanation: Explanation, named: str) -> tuple[set[str], set[str]]:
    """Which kinds of condition were looked at, and which stood in the way."""
    decision = explanation.decision
    asked: set[str] = {"account", "groups"}
    if named in _ENDED:
        return asked | {"proof"}, {"proof"}
    if named == Named.PERSON_INACTIVE:
        return asked, {"account"}
    enforced = _enforced(explanation)
    for policy in enforced:
        if _is_about(policy):
            asked |= {kind for condition in policy.conditions for kind in _kinds(condition.parts)}
    failing: set[str] = set()
    forbids = [policy for policy in enforced if policy.effect == "forbid" and policy.outcome == "held"]
    for policy in forbids:
        failing |= _in_the_way(policy)
        if not any(condition.kind for condition in policy.conditions):
            failing.add("groups")
    permits = [policy for policy in enforced if policy.effect == "permit"]
    if not any(policy.outcome == "held" for policy in permits):
        near = [policy for policy in permits if _is_about(policy)]
        ways = [_in_the_way(policy) or {"groups"} for policy in near]  # what no kind stands for, nobody can mend
        failing |= min(ways, key=lambda way: ("groups" in way, len(way))) if ways else {"groups"}
    if can_prove(decision, named):
        failing = (failing | {"proof"}) - {"groups"}
    if opens_at(decision.remedies):
        failing = (failing | {"time"}) - {"groups"}
    return asked, failing or {"groups"}


def _is_about(policy: Considered) -> bool:
    """Whether the policy's scope takes in this person."""
    return all(line.held for line in policy.scope)


def _in_the_way(policy: Considered) -> set[str]:
    """What of a forbid that held, or of a permit that did not, could have been otherwise."""
    kinds: set[str] = set()
    for condition in policy.conditions:
        wanted = "held" if policy.effect == "forbid" and condition.kind == "when" else "failed"
        for part in _leaves(condition.parts):
            if part.outcome == wanted:
                kinds |= _kinds((part,))
    return kinds


def _leaves(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        if part.parts:
            yield from _leaves(part.parts)
        else:
            yield part


def _kinds(parts: Iterable[Part]) -> set[str]:
    kinds: set[str] = set()
    for part in _leaves(parts):
        for read in part.reads:
            kind = next((kind for path, kind in PLACES if read.path == path or read.path.startswith(path + ".")), "")
            if kind:
                kinds.add(kind)
    return kinds


def _said(  # noqa: PLR0911 -- one sentence each
    kind: str, facts: Facts, explanation: Explanation, held: Held, groups: dict[str, Group], *, holds: bool
) -> str:
    """One sentence about what was seen."""
    match kind:
        case "account":
            return "Active." if holds else "Your account is not active."
        case "groups":
            names = [groups[group].title or group for group in sorted(facts.person.groups) if group in groups]
            if holds:
                return f"You are in: {', '.join(names)}." if names else "Open to everybody who is signed in."
            if is_forbidden_outright(explanation):
                return "Your groups would open this, but a rule of the company stands against it."
            return f"None of your groups may {explanation.decision.request.action.replace('_', ' ')} here."
        case "proof":
            return _proof_said(facts, explanation, held, holds=holds)
        case "device":
            if holds:
                return "This device is one the company knows to be healthy."
            return "Limen does not know this device to be healthy."
        case "place":
            network = facts.place.network
            return f"You are on the network {network}." if network else "You are on a network of no name."
        case "time":
            return "It is open at this time." if holds else "It is not open at this time."
    return "Nothing unusual was noticed." if holds else "Something about this sign-in looks unusual."


def _proof_said(facts: Facts, explanation: Explanation, held: Held, *, holds: bool) -> str:
    words, strength = factor_words(facts.auth.factors), facts.auth.strength
    if holds:
        return f"You proved who you are with your {words}."
    if strength == 0:
        return "Your sign-in had ended."
    kinds = {remedy.kind for remedy in explanation.decision.at_once}
    if strength < 3 and ("use_passkey" in kinds or (strength == 2 and _asks_for_strength(explanation))):
        return f"You came with your {words}. This asks for a passkey{'' if held.passkeys else ', and you have none'}."
    return f"You proved who you are with your {words}; this asks for a newer or stronger proof."


def _asks_for_strength(explanation: Explanation) -> bool:
    """Whether a forbid that held looked at how strong the proof was, and found too little."""
    return any(
        read.path == "context.auth.strength"
        for policy in _enforced(explanation)
        if policy.effect == "forbid" and policy.outcome == "held"
        for condition in policy.conditions
        for part in _leaves(condition.parts)
        if part.outcome == ("held" if condition.kind == "when" else "failed")
        for read in part.reads
    )


def _mend(
    kind: str, explanation: Explanation, named: str, held: Held, groups: dict[str, Group]
) -> tuple[tuple[str, ...], int]:
    """The steps that mend it, and about how many minutes they take (0: it is not in the person's own hands)."""
    decision = explanation.decision
    tell = "Tell your administrator the decision's id below: they see exactly what was missing."
    match kind:
        case "proof":
            if not can_prove(decision, named):
                return ("Nothing you can do alone: even a new proof would not open this.", tell), 0
            wants_passkey = any(remedy.kind == "use_passkey" for remedy in decision.at_once)
            if wants_passkey and not held.passkeys:
                add = "Open My passkeys and add one: a fingerprint, a face or a PIN is enough."
                return (add, "Come back and check again."), 2
            return ("Choose “Prove it's me” below.", "Confirm with your passkey, or with your password and code."), 1
        case "groups":
            if is_forbidden_outright(explanation):
                return ("Nothing you can do alone would turn it.", tell), 0
            return (f"Ask {_whom(decision.facts.app, groups)} whether your work needs this.", tell), 0
        case "device":
            return ("Use a device that the company looks after.", f"If this is one: {tell[0].lower()}{tell[1:]}"), 0
        case "place":
            return ("Go on from one of the company's own networks, such as the office.", "Check again from there."), 0
        case "time":
            only = len(decision.reasons) == 1
            return ("Come back when it is open; nothing else is missing." if only else "Come back later.",), 0
    return (tell,), 0


def _whom(app: App, groups: dict[str, Group]) -> str:
    owner = groups.get(app.owner)
    if owner is None or _is_everybody(owner):
        return "your administrator"
    return f"whoever answers for {app.name} ({owner.title or owner.id})"


def _is_everybody(group: Group) -> bool:
    return group.id in _EVERYBODY or group.title.casefold().startswith("everybody")
