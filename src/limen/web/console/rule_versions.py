"""The rules that a draft and a publication both changed, as each of the two has them: sentences for whoever chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from limen.cedar import Policy
from limen.company.company import Company
from limen.company.resolution import Disagreement
from limen.company.rules import names_of, rule_of
from limen.policy import State
from limen.policy.forms import sentence
from limen.web.console.sentences import scope_sentence


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One rule as one side has it. `said` is a sentence; `reason` is what people are told whom it refuses."""

    title: str
    said: str
    reason: str
    state: State


@dataclass(frozen=True, slots=True)
class RuleVersions:
    """What the rules of one part are on each side; () where a side has none, as in files that hold no rules."""

    ours: tuple[RuleVersion, ...]
    theirs: tuple[RuleVersion, ...]


def versions_of(part: Disagreement, draft: Company, in_force: Company, people: Mapping[str, str]) -> RuleVersions:
    """The rules of this part that differ. `people` are their names by their ids."""
    return RuleVersions(
        _of_side(part, part.ours, draft, in_force, people), _of_side(part, part.theirs, in_force, draft, people)
    )


def _of_side(
    part: Disagreement, text: str | None, company: Company, other: Company, people: Mapping[str, str]
) -> tuple[RuleVersion, ...]:
    """A rule lies in the part where the part is named for it, or where its `@id` does."""
    named, found = set(part.name.split(", ")), []
    for policy_id, source in company.policies.sources.items():
        is_in_part = policy_id in named or f'@id("{policy_id}")' in (text or "")
        before = other.policies.sources.get(policy_id)
        if source.file == part.file and is_in_part and (before is None or before.text != source.text):
            found.append(_version(policy_id, company, people))
    return tuple(found)


def _version(policy_id: str, company: Company, people: Mapping[str, str]) -> RuleVersion:
    rule = rule_of(company, Policy.from_json(policy_id, company.policies.tree["staticPolicies"][policy_id]))
    said = (
        sentence(rule.form, names_of(company, dict(people)))
        if rule.form
        else scope_sentence(rule.policy, {group.id: group for group in company.groups}, company.all_apps)
    )
    annotations = rule.policy.annotations
    return RuleVersion(annotations.get("title", policy_id), said, annotations.get("reason", ""), rule.state)
