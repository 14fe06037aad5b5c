"""Who may open an app, from what, when: the policies about it as forms, and what changing one does to the files.

`rules_about` gathers them, `with_form` and `without` say which file gets which text, and nothing else of that file
changes. Policies that a person wrote in their own way have no form: they are told, and never rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from limen.cedar import Policy, PolicySet
from limen.company.candidate import NEW_POLICIES, added, replaced
from limen.company.cedar_text import Piece, pieces
from limen.company.company import Company
from limen.company.policies_file import Source
from limen.configuration.problem import unknown
from limen.errors import LimenError
from limen.facts import App
from limen.policy import State
from limen.policy.forms import Form, Names, read, speaks_about, write

UNWRITTEN: Final = Source("", 0, "")
"""Where a policy stands whose text was not kept."""
_UNFIT: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy about an app. `form` is None where it is hand-written."""

    policy: Policy
    form: Form | None
    state: State
    source: Source

    @property
    def opens(self) -> bool:
        return self.policy.effect == "permit"


def rules_about(company: Company, app: App, policies: Iterable[Policy] | None = None) -> tuple[Rule, ...]:
    """Every policy that speaks about this app: what opens it before what closes it, those that name it first.

    `policies` are those of the company, where somebody has read them already.
    """
    read_already = PolicySet.from_json(company.policies.tree) if policies is None else policies
    found = [rule_of(company, policy) for policy in read_already if speaks_about(policy, app)]
    return tuple(sorted(found, key=lambda one: (not one.opens, not _names(one, app), one.source.file, one.source.line)))


def _names(rule: Rule, app: App) -> bool:
    """Whether the policy speaks of this app by name."""
    named = {uid.id for uid in rule.policy.resource.entities or ()}
    return app.id in (named if rule.form is None else rule.form.apps)


def rule_of(company: Company, policy: Policy) -> Rule:
    """A policy of this company with its form, if it can be written again without losing a word of its author's."""
    source = company.policies.sources.get(policy.id, UNWRITTEN)
    form = read(policy)
    if form is not None and _has_comments(source.text):
        form = None
    return Rule(policy, form, State(policy.annotations.get("state", State.ENFORCE)), source)


def form_of(company: Company, policy_id: str) -> Form | None:
    """The form of one policy; None where it is hand-written. Raises `LimenError` where there is no such policy."""
    body = company.policies.tree["staticPolicies"].get(policy_id)
    if body is None:
        raise LimenError(*unknown("policy", policy_id, company.policies.sources))
    return rule_of(company, Policy.from_json(policy_id, body)).form


def with_form(company: Company, form: Form) -> dict[str, str]:
    """The file that has this form in it: in the place of the policy of that id, or as a new one of the console's.

    Nothing changes where the policy says this already, however it is laid out. Raises `LimenError` where the policy of
    that id is hand-written.
    """
    if form.id not in company.policies.sources:
        return added(company, write(form), NEW_POLICIES)
    before = form_of(company, form.id)
    if before is None:
        raise LimenError(
            f"{form.id} is written by hand and would lose what its author wrote", "change its text instead"
        )
    return {} if before == form else replaced(company, form.id, write(form))


def without(company: Company, policy_id: str) -> dict[str, str]:
    """The file without this policy. Raises `LimenError` where there is no such policy."""
    return replaced(company, policy_id, "")


def new_id(company: Company, title: str) -> str:
    """A name for a new policy, made from its title, that no policy of the company has."""
    words = _UNFIT.sub("-", title.lower()).strip("-")[:60].strip("-") or "rule"
    taken = company.policies.sources
    return words if words not in taken else next(name for name in _numbered(words) if name not in taken)


def names_of(company: Company, people: dict[str, str] | None = None) -> Names:
    """How groups, apps and people are called in this company's sentences."""
    groups = {group: title or group for group, title in company.settings.groups.items()}
    apps = {app.id: app.name for app in company.all_apps.values()}
    return Names(groups, apps, people or {}, company.settings.zone)


def _numbered(words: str) -> Iterator[str]:
    number = 2
    while True:
        yield f"{words}-{number}"
        number += 1


def _has_comments(text: str) -> bool:
    """Whether its author put words between the lines of the policy, which a form would drop."""
    return any("//" in between for piece in pieces(text) for between in _between(piece))


def _between(piece: Piece) -> Iterator[str]:
    """What stands between the tokens."""
    end = 0
    for at, token in piece.tokens:
        yield piece.text[end:at]
        end = at + len(token)
