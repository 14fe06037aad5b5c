"""What is done with requests, each in a transaction: asked, approved step by step, refused, withdrawn.

Who may approve is found when it is asked for, and looked at again when they do: whoever came into a group in between
can't approve, and whoever left it can't any more. The rules in force at the approval count, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from limen.access import grants, model, store
from limen.access.errors import (
    AccessError,
    ChangedError,
    NobodyError,
    NoRuleError,
    NotYoursError,
    SamePersonError,
    TooManyError,
    UnknownRequestError,
)
from limen.access.model import SHORTEST, AccessRequest, HeldGrant, RequestState
from limen.access.occasion import Basis, Occasion
from limen.access.same_person import are_one, is_on_their_device
from limen.access.terms import Terms, of_app, of_flow
from limen.clock import DAY, Milliseconds
from limen.configuration.lengths import length_text
from limen.facts import ACTIONS, App, Person
from limen.facts.access_rules import AccessRule
from limen.opaque import new_id
from limen.pillar import JudgedFlow
from limen.printable import one_line

LONGEST_REASON: Final = 500
LONGEST_TICKET: Final = 60
MOST_OPEN: Final = 5
"""Of one person at a time."""
MOST_A_DAY: Final = 20
"""So often one person may ask in 24 hours, whatever becomes of it."""
MOST_OF_ALL: Final = 1_000
"""Open requests of everybody; beyond it nobody asks any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks for, as they wrote it. `extends` is the id of a grant that is to last longer."""

    person_id: str
    app: str
    actions: tuple[str, ...]
    length_ms: Milliseconds
    reason: str
    ticket: str = ""
    device_id: str = ""
    extends: str = ""


@dataclass(frozen=True, slots=True)
class ApprovesOn:
    """The device that an approval comes from, and whose it is; "" where that is not known. `shares_a_browser`: who
    approves has lately signed in with the same browser as who asks.
    """

    device_id: str = ""
    owner_id: str = ""
    shares_a_browser: bool = False


def ask(at: Occasion, wanted: Wanted) -> AccessRequest:
    """Keep a request, and have those told who could approve it; what is automatic is granted at once.

    Raises AccessError, saying what is wrong with it.
    """
    rule, person, app = rule_of(at.basis, wanted.person_id, wanted.app, wanted.actions)
    request = _request_of(at, wanted, rule, person, app)
    grants.refuse_used_up(at, request, rule)
    keep_asked(at, request)
    if rule.is_automatic(app):
        granted = replace(request, state=RequestState.GRANTED, decided_at=at.now)
        store.keep_decision(at.transaction.connection, granted)
        grants.give(at, granted, rule)
        return granted
    at.notices.asked(at.transaction, at.basis, request, request.steps[0], at.now)
    return request


def approve(
    at: Occasion,
    request_id: str,
    on: ApprovesOn = ApprovesOn(),
    *,
    at_most: Milliseconds = 0,
    judged: JudgedFlow | None = None,
) -> tuple[AccessRequest, HeldGrant | None]:
    """`at.by` approves the step that is due, for `at_most` where that is less than was asked for (0: it is not).
    `judged`: what a flow that is asked for is by the network in force.

    Returns the request, and what was granted where that was the last step: nothing for a flow, which is published.

    Raises AccessError.
    """
    request = _known(at, request_id)
    asker, approver = at.basis.people.get(request.person_id), at.basis.people.get(at.by)
    if asker is None or approver is None:
        raise NotYoursError
    if are_one(asker, approver) or is_on_their_device(on.device_id, on.owner_id, request.device_id, asker.id):
        raise SamePersonError
    if on.shares_a_browser:
        raise SamePersonError
    decided = model.approved(model.shortened(request, at_most), at.by, at.now)
    terms = _terms_now(at, request, asker, judged)
    if not terms.are_met_by(approver):  # a group was left meanwhile
        raise NotYoursError
    if len(terms.steps) > len(request.steps):
        raise AccessError("The rule requires more approvals by now", "have it requested again")
    _keep(at, decided)
    store.add_approval(at.transaction.connection, request.id, decided.approvals[-1])
    at.say("access.approved", decided, request=request.id, step=f"{decided.step}/{len(decided.steps)}")
    if decided.state is RequestState.GRANTED:
        return decided, _given(at, decided)
    at.notices.asked(at.transaction, at.basis, decided, tuple(decided.approvers(at.now)), at.now)
    return decided, None


def refuse(at: Occasion, request_id: str, why: str = "") -> AccessRequest:
    """`at.by`, who could approve it, says no. Raises AccessError."""
    request = _known(at, request_id)
    asker, approver = at.basis.people.get(request.person_id), at.basis.people.get(at.by)
    if approver is None or not approver.active or (asker is not None and are_one(asker, approver)):
        raise NotYoursError
    decided = model.refused(request, at.by, written(why, 0), at.now)
    _keep(at, decided)
    at.say("access.refused", decided, request=request.id)
    at.notices.decided(at.transaction, at.basis, decided, at.now)
    return decided


def withdraw(at: Occasion, request_id: str) -> AccessRequest:
    """Whoever asked takes it back; so may the server ("" as `at.by`). Raises AccessError."""
    decided = model.withdrawn(_known(at, request_id), at.by, at.now)
    _keep(at, decided)
    at.say("access.withdrawn", decided, request=decided.id)
    return decided


def rule_of(basis: Basis, person_id: str, app_id: str, actions: tuple[str, ...]) -> tuple[AccessRule, Person, App]:
    """The one rule by which somebody may ask for all of this. Raises NoRuleError, AccessError."""
    person, app = basis.people.get(person_id), basis.apps.get(app_id)
    if person is None or app is None or not actions or not set(actions) <= set(ACTIONS):
        raise NoRuleError
    rules = {basis.rules.rule_for(person, app, action) for action in actions}
    rule = rules.pop()
    if rule is None or None in rules:
        raise NoRuleError
    if rules:
        raise AccessError("These actions are approved by different rules", "ask for each by itself")
    return rule, person, app


def begun(at: Occasion, terms: Terms, person: Person, reason: str, device_id: str) -> AccessRequest:
    """A request on these terms, of whatever it is for. Raises NobodyError where nobody could approve it."""
    steps, more = terms.approvers(person, at.basis.people)
    if steps and not model.can_be_filled(tuple(step | more for step in steps)):
        raise NobodyError
    return AccessRequest(
        id=new_id("ar"),
        person_id=person.id,
        app="",
        actions=(),
        length_ms=0,
        reason=reason,
        rule=terms.rule,
        asked_at=at.now,
        expires_at=at.now + terms.expires_ms,
        steps=tuple(tuple(sorted(step)) for step in steps),
        asked_as=tuple(one for one in terms.ask if one in person.groups) or terms.ask,
        device_id=device_id,
        escalates_at=at.now + terms.escalation.after_ms if terms.escalation is not None and steps else 0,
        escalates_to=tuple(sorted(more)),
    )


def keep_asked(at: Occasion, request: AccessRequest) -> None:
    """Keep a request that was begun, where its person has not too many. Raises TooManyError."""
    _refuse_too_many(at, request)
    store.add_request(at.transaction.connection, request)
    at.say("access.requested", request, request=request.id, minutes=request.length_ms // 60_000)


# Inside


def _request_of(at: Occasion, wanted: Wanted, rule: AccessRule, person: Person, app: App) -> AccessRequest:
    """Raises AccessError where what was written does not fit the rule."""
    reason, ticket = written(wanted.reason, rule.reason_length), _ticket(wanted.ticket, rule.ticket)
    if not SHORTEST <= wanted.length_ms <= rule.longest_ms:
        raise AccessError(
            "This can't be requested for that long", "ask for at most {longest}", longest=length_text(rule.longest_ms)
        )
    return replace(
        begun(at, of_app(rule, app), person, reason, wanted.device_id),
        app=app.id,
        actions=tuple(action for action in ACTIONS if action in wanted.actions),
        length_ms=wanted.length_ms,
        ticket=ticket,
        extends=_extended(at, wanted),
    )


def written(text: str, least: int, most: int = LONGEST_REASON) -> str:
    """A justification as one line of plain text. Raises AccessError."""
    line = one_line(text, most)
    if text.strip() and not line:
        raise AccessError(
            "This text is too long, or can't be displayed",
            "write at most {most} characters of plain text",
            most=most,
        )
    if len(line) < least:
        raise AccessError("A reason is missing", "say why, in at least {least} characters", least=least)
    return line


def _ticket(text: str, pattern: str) -> str:
    """Raises AccessError where a ticket is needed, and this is none. `#` in the pattern stands for up to 12 digits."""
    ticket = one_line(text, LONGEST_TICKET)
    if text.strip() and not ticket:
        raise AccessError("This isn't a valid ticket number", "check it, or leave it out")
    if pattern:
        expression = r"[0-9]{1,12}".join(re.escape(part) for part in pattern.split("#"))
        if not re.fullmatch(expression, ticket):
            raise AccessError("A ticket number is required", "write it like {pattern}", pattern=pattern)
    return ticket


def _extended(at: Occasion, wanted: Wanted) -> str:
    """The id of the grant that is to last longer. Raises AccessError where there is none like it."""
    if not wanted.extends:
        return ""
    held = store.grant(at.transaction.connection, wanted.extends)
    is_theirs = held is not None and held.person_id == wanted.person_id and held.app == wanted.app
    if held is None or not is_theirs or set(held.actions) != set(wanted.actions) or not held.is_active(at.now):
        raise AccessError("This access can't be extended", "it has ended, or is another: ask for access instead")
    return held.id


def _refuse_too_many(at: Occasion, request: AccessRequest) -> None:
    connection = at.transaction.connection
    mine = [one for one in store.requests_of(connection, request.person_id) if _is_open(one, at)]
    if any(_is_alike(one, request) for one in mine):
        raise TooManyError("You have asked for this already", "wait for the answer, or withdraw the request")
    if len(mine) >= MOST_OPEN:
        raise TooManyError("You have {most} open requests", "wait for an answer, or withdraw one", most=MOST_OPEN)
    if store.count_asked(connection, request.person_id, at.now - DAY) >= MOST_A_DAY:
        raise TooManyError("You have asked {most} times within a day", "ask again tomorrow", most=MOST_A_DAY)
    if store.count_open(connection) >= MOST_OF_ALL:
        raise TooManyError("Too many requests are open", "ask an administrator")


def _is_alike(one: AccessRequest, other: AccessRequest) -> bool:
    if one.flow is not None or other.flow is not None:
        return one.about == other.about
    return one.app == other.app and not set(one.actions).isdisjoint(other.actions)


def _is_open(request: AccessRequest, at: Occasion) -> bool:
    return request.state_at(at.now) is RequestState.OPEN


def _terms_now(at: Occasion, request: AccessRequest, asker: Person, judged: JudgedFlow | None) -> Terms:
    """The terms by the rules in force. Raises AccessError where it can't be asked for any more, or is not the same."""
    if request.flow is None:
        rule, _, app = rule_of(at.basis, request.person_id, request.app, request.actions)
        return of_app(rule, app)
    if judged is None or judged.flow.meaning != request.flow.meaning:
        raise ChangedError
    return of_flow(at.basis.rules.flows, judged, asker, at.basis.people)


def _given(at: Occasion, decided: AccessRequest) -> HeldGrant | None:
    """What was approved is granted; a flow waits for its publication, and whoever asked is told."""
    if decided.flow is not None:
        at.notices.approved(at.transaction, at.basis, decided, at.now)
        return None
    rule, _, _ = rule_of(at.basis, decided.person_id, decided.app, decided.actions)
    return grants.give(at, decided, rule)


def _keep(at: Occasion, decided: AccessRequest) -> None:
    if not store.keep_decision(at.transaction.connection, decided):
        raise UnknownRequestError


def _known(at: Occasion, request_id: str) -> AccessRequest:
    found = store.request(at.transaction.connection, request_id)
    if found is None:
        raise UnknownRequestError
    return found
