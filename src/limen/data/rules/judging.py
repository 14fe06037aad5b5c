"""What is done about something that passes: a pure function of what passes, what is in it, and the rules.

It is monotone: more that is found, found more surely, labelled higher or left unread, is never treated more mildly; and
what is not known of who or where counts as what the rule is about, and never as what it exempts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from limen.data.detectors.every import DETECTORS, of_kinds
from limen.data.labels.model import Claim, label_in_force
from limen.data.model import Kind
from limen.data.rules.content import Content
from limen.data.rules.model import Channel, Judged, Passing, Step
from limen.data.rules.stated import Condition, DataRules, Rule
from limen.facts import Label


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of the person: their groups, and their email address in lower case."""

    groups: frozenset[str] = frozenset()
    email: str = ""

    def is_among(self, people: frozenset[str]) -> bool:
        """Whether they are one of these groups and email addresses."""
        return bool(self.groups & people) or (bool(self.email) and self.email in people)


UNKNOWN = Sender()


def judge(
    rules: DataRules, passing: Passing, content: Content, sender: Sender = UNKNOWN, names: Mapping[str, str] = {}
) -> Judged:
    """What is done about it, by which rules, and the label that it has by its content.

    `names` are what people read for detectors. The rules of the strictest step are named before the others.
    """
    label = label_of(rules, content)
    in_force = label_in_force(content.claim or Claim(content.label), label)
    highest = _highest((in_force, passing.label))
    met = [one for one in rules.rules if applies(one, passing, sender) and is_met(one, content, highest)]
    if not met:
        return Judged(Step.ALLOW, label=label, in_force=in_force)
    step = max(one.then for one in met)
    by_strictness = sorted(met, key=lambda one: (-one.then, one.id))
    found = sorted({name for one in met for condition in one.when for name in _found(condition, content)})
    return Judged(
        step,
        tuple(one.id for one in by_strictness),
        label,
        tuple(sorted({names.get(name, name) for name in found})),
        may_justify=step is Step.WARN,
        in_force=in_force,
    )


def label_of(rules: DataRules, content: Content) -> Label | None:
    """The highest label whose conditions this content meets by itself; None: it meets none."""
    return _highest(
        one.label for one in rules.labels if any(_holds(condition, content, content.label) for condition in one.when)
    )


def applies(rule: Rule, passing: Passing, sender: Sender = UNKNOWN) -> bool:
    """Whether a rule is about what passes so, whatever is in it."""
    if passing.channel not in rule.channels:
        return False
    if rule.outside and not goes_outside(passing):
        return False
    if rule.unhealthy and passing.has_healthy_device is True:
        return False
    if rule.apps and passing.app and passing.app not in rule.apps:
        return False
    is_known = bool(passing.person) and sender is not UNKNOWN
    if rule.people and is_known and not sender.is_among(rule.people):
        return False
    return not _is_exempt(rule, passing, sender)


def is_met(rule: Rule, content: Content, label: Label | None) -> bool:
    """Whether content that is labelled so meets one of a rule's conditions."""
    return any(_holds(condition, content, label) for condition in rule.when)


def goes_outside(passing: Passing) -> bool:
    """Whether it leaves the company: to a site that is not known to be its own, or to somebody who is not of it."""
    return (passing.channel is Channel.WEB and not passing.stays_inside) or bool(passing.outside)


def _is_exempt(rule: Rule, passing: Passing, sender: Sender) -> bool:
    exempt = rule.exempt
    if passing.person and sender.is_among(exempt.people):
        return True
    if passing.app and passing.app in exempt.apps:
        return True
    domains = {one.rpartition("@")[2].casefold() for one in passing.outside}
    return bool(domains) and domains <= exempt.domains


def _holds(condition: Condition, content: Content, label: Label | None) -> bool:
    if condition.finds:
        number = sum(content.number_of(one, condition.confidence) for one in detectors_of(condition.finds))
        if number < condition.at_least:
            return False
    beside = detectors_of(condition.beside)
    if beside and not any(content.number_of(one, condition.confidence) for one in beside):
        return False
    if condition.label is not None and (label is None or label < condition.label):
        return False
    return not condition.unread or bool(condition.unread & content.why_not)


def _found(condition: Condition, content: Content) -> Iterable[str]:
    """Which detectors' finds a condition is about, of those that there are."""
    named = detectors_of(condition.finds + condition.beside)
    return (one for one in named if content.number_of(one, condition.confidence))


@lru_cache(maxsize=1_000)
def detectors_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """The ids that these names mean, each once: a kind means all its detectors."""
    kinds = {str(one) for one in Kind}
    found = ([*(one.id for one in of_kinds((Kind(name),) if name in kinds else ())), name] for name in names)
    return tuple(dict.fromkeys(one for each in found for one in each if one not in kinds or one in DETECTORS))


def _highest(labels: Iterable[Label | None]) -> Label | None:
    return max((one for one in labels if one is not None), default=None)
