"""What is other in a new `access.yaml`: in one line each, and who may ask for something by it that they could not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from limen.access import directories_section, flows_section
from limen.access.reviews.section import changed_reviews
from limen.configuration.lengths import length_text
from limen.facts import Factor, FactStore, Label, Person
from limen.facts.access_rules import FILE, NOTHING_TO_ASK, AccessRule, AccessRules, Approvers
from limen.messages import lists
from limen.pillar import Touched

_MOST_NAMED: Final = 6


def changes(before: AccessRules | None, after: AccessRules | None) -> Iterator[str]:
    """One line for each rule that is new, gone, or other; and where only their order is."""
    was = {rule.name: rule for rule in (before or NOTHING_TO_ASK).rules}
    now = {rule.name: rule for rule in (after or NOTHING_TO_ASK).rules}
    for name, rule in now.items():
        if name not in was:
            yield f"Access that can be asked for ({name}): {sentence(rule)}"
        elif was[name] != rule:
            yield f"Access that can be asked for ({name}): {sentence(rule)} (was: {sentence(was[name])})"
    for name, rule in was.items():
        if name not in now:
            yield f"Can no longer be asked for ({name}): {sentence(rule)}"
    kept = [name for name in was if name in now]
    if kept != [name for name in now if name in was]:
        yield f"The order of {FILE} changes: the first rule that fits counts"
    yield from changed_reviews((before or NOTHING_TO_ASK).reviews, (after or NOTHING_TO_ASK).reviews)
    yield from flows_section.changes((before or NOTHING_TO_ASK).flows, (after or NOTHING_TO_ASK).flows)
    yield from directories_section.changes(
        (before or NOTHING_TO_ASK).directories, (after or NOTHING_TO_ASK).directories
    )


def sentence(rule: AccessRule) -> str:
    """`staff may ask for view and edit of apps that are internal, for 8h and 1d in one go; administrators approve`."""
    who = lists.joined(rule.ask, "or", most=_MOST_NAMED)
    what = f"{lists.joined(rule.actions)} of {_apps_said(rule)}"
    lasts = f"for {length_text(rule.longest_ms)}, and {length_text(rule.longest_total_ms)} in one go"
    return f"{who} may ask for {what} {lasts}; {_approval_said(rule)}"


def _apps_said(rule: AccessRule) -> str:
    parts = []
    if rule.apps:
        parts.append(lists.joined(rule.apps, most=_MOST_NAMED))
    if rule.labels:
        parts.append(f"apps that are {lists.joined([Label(label).word for label in rule.labels], 'or')}")
    if rule.owners:
        parts.append(f"apps of {lists.joined(rule.owners, 'or', most=_MOST_NAMED)}")
    return lists.joined(parts) or "any app"


def _approval_said(rule: AccessRule) -> str:
    if rule.automatic:
        return "it is given at once"
    said = [f"{_approvers_said(one)} approve" for one in rule.steps]
    two = ", two of them" if rule.four_eyes and len(said) == 1 else ""
    needs = f", with a ticket ({rule.ticket})" if rule.ticket else ""
    more = ""
    if rule.escalation is not None:
        after = length_text(rule.escalation.after_ms)
        more = f"; after {after} {_approvers_said(rule.escalation.to)} may, too"
    return f"{', then '.join(said)}{two}{needs}{more}"


def _approvers_said(one: Approvers) -> str:
    parts = [*one.groups, *one.people, *(["the app's owners"] if one.owner else [])]
    return lists.joined(parts, "or", most=_MOST_NAMED)


def touches(
    before: AccessRules | None, after: AccessRules | None, people: Iterable[tuple[Person, frozenset[Factor]]]
) -> Iterator[Touched]:
    """Whom each rule lets ask that is new or other, and those who may no longer ask by one.

    The rule is told, and not each app: by it they may ask, and what they get by asking the policies say.
    """
    was = {rule.name: rule for rule in (before or NOTHING_TO_ASK).rules}
    now = {rule.name: rule for rule in (after or NOTHING_TO_ASK).rules}
    everybody = [person for person, _ in people if person.active]
    for name, rule in now.items():
        old = was.get(name)
        if old == rule:
            continue
        asking = tuple(person.id for person in everybody if rule.may_ask(person))
        yield Touched(f"{name}: {sentence(rule)}", "may ask for access by it", asking)
        if old is not None:
            gone = tuple(person.id for person in everybody if old.may_ask(person) and not rule.may_ask(person))
            if gone:
                yield Touched(f"{name} asks of others now", "may no longer ask for access by it", gone)
        alone = _who_waits_for_nobody(rule, everybody)
        if alone:
            yield Touched(f"{name}: nobody else could approve it", "would ask in vain", alone)
    for name, rule in was.items():
        if name not in now:
            asking = tuple(person.id for person in everybody if rule.may_ask(person))
            yield Touched(f"{name} is removed", "may no longer ask for access by it", asking)


def _who_waits_for_nobody(rule: AccessRule, everybody: list[Person]) -> tuple[str, ...]:
    """Those who may ask by this rule, and there is nobody but themselves who could approve it, by any step.

    The owners of an app are not known here, so a step that they may approve counts as one that somebody can.
    """
    for step in rule.steps:
        if step.owner:
            continue
        able = {person.id for person in everybody if step.has(person, "")}
        vain = tuple(person.id for person in everybody if rule.may_ask(person) and not able - {person.id})
        if vain:
            return vain
    return ()


def in_force(known: FactStore, rules: AccessRules | None) -> None:
    known.set_rules(AccessRules, rules or NOTHING_TO_ASK)
