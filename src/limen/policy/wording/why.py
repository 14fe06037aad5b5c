"""Which policies stood in the way of an answer, and what each of them lacked."""

from __future__ import annotations

from typing import Final

from limen.cedar import Policy
from limen.cedar.interpret import Request as CedarRequest
from limen.policy.annotations import State
from limen.policy.attribute_table import MATTERS
from limen.policy.attributes import ATTRIBUTES
from limen.policy.cedar_view import view_of
from limen.policy.decision import Decision, Named
from limen.policy.documents import put_to
from limen.policy.engine import Engine
from limen.policy.wording.unmet_conditions import UnmetCondition, nearest, subject_of, unmet_conditions_of

_KINDS: Final = {"auth": "proof", "session": "proof", "group": "groups", "label": "groups", "other": "groups"} | {
    "date": "time"
}

_OF_LIMEN_ITSELF: Final = frozenset({Named.POLICY_ERROR, Named.BAD_REQUEST, Named.FACTOR_MISSING, Named.NOT_STARTED})


def why_not(engine: Engine, decision: Decision, *, is_complete: bool = False) -> tuple[UnmetCondition, ...]:
    """What each forbid that spoke demands, and what the permit that came nearest lacked.

    `is_complete`: what each permit about this person lacked, not only the nearest. () for a stranger, a permit, and
    where Limen itself could not decide.
    """
    facts, spoke = decision.facts, {reason.policy for reason in decision.reasons}
    if not facts.person.id or decision.is_permit or not spoke.isdisjoint(_OF_LIMEN_ITSELF):
        return ()
    if Named.PERSON_INACTIVE in spoke:
        return (UnmetCondition("", "forbid", "account", "==", (True,), seen=False, text=""),)
    request = request_of(engine, decision)
    about = policies_about(engine, request)
    theirs = [one for one in about if one.principal.holds(request.principal.uid, request.principal.ancestors)]
    found = [
        need
        for one in theirs
        if one.effect == "forbid" and one.id in spoke
        for need in unmet_conditions_of(one, request)
        or (UnmetCondition(one.id, "forbid", "other", "==", (), seen=None, text=""),)
    ]
    permits = [unmet_conditions_of(one, request) for one in theirs if one.effect == "permit"]
    if not engine.may_ask_for_grant(decision.request, facts):  # then it is no way, and naming it would mislead
        permits = [needs for needs in permits if not any(kind_of(need) == "grant" for need in needs)]
    if all(permits):
        if is_complete:
            found += [need for needs in permits for need in needs]
        near = [needs for needs in permits if not any(need.is_fixed for need in needs)]
        others = [one for one in about if one.effect == "permit" and one not in theirs]
        found += nearest(near) if near else (_group_needed(decision, others, request),)
    return tuple(dict.fromkeys(found))


def request_of(engine: Engine, decision: Decision) -> CedarRequest:
    """The decision's question in Cedar's words."""
    return view_of(decision.facts).asked(decision.request, decision.now, engine.calendar)


def policies_about(engine: Engine, request: CedarRequest) -> list[Policy]:
    """The enforced policies about this action on this app, whoever asks."""
    return [
        policy
        for policy in engine.in_state(State.ENFORCE)
        for asked in [put_to(policy, request)]
        if policy.action.holds(asked.action.uid, asked.action.ancestors)
        and policy.resource.holds(asked.resource.uid, asked.resource.ancestors)
    ]


def kind_of(need: UnmetCondition) -> str:
    """What a need is a matter of: account · proof · groups · device · place · time · risk · grant."""
    return _kind(need.subject)


def kinds_read(policy: Policy) -> set[str]:
    """What the conditions of a policy look at, as far as it is a matter of the person, the device, the place or time.

    How old something is, is not a matter of time but of that.
    """
    subjects = {subject_of(path) for path in policy.paths().read - {"context.now"}}
    kinds = {_kind(subject) for subject in subjects if subject is not None}
    return kinds | ({"time"} if any(path.startswith("context.time") for path in policy.paths().read) else set())


def _kind(subject: str) -> str:
    part = subject.partition(".")[0]
    known = ATTRIBUTES.table.by_path.get(f"{part}.known")
    if part in MATTERS or part in _KINDS or known is None:
        return _KINDS.get(part, part)
    return known.matter or _KINDS["other"]


def _group_needed(decision: Decision, others: list[Policy], request: CedarRequest) -> UnmetCondition:
    """Whoever is in one of these groups would come nearer: nothing that they can't change stands against them."""
    groups = {
        uid.id
        for policy in others
        if not any(need.is_fixed for need in unmet_conditions_of(policy, request))
        for uid in policy.principal.entities or ()
        if uid.type == "Group"
    }
    theirs = ", ".join(sorted(decision.facts.person.groups))
    return UnmetCondition("", "permit", "group", "in", tuple(sorted(groups)), seen=theirs, text="")
