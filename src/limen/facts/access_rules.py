"""What `access.yaml` says: who may ask for what, for how long, who approves it, and what is reviewed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from limen.clock import DAY, HOUR, Instant, Milliseconds
from limen.facts.app import LIMEN, App, Label
from limen.facts.directory import Directory
from limen.facts.nouns import Person
from limen.facts.required_factors import EVERYONE

FILE: Final = "access.yaml"
MOST_AUTOMATIC: Final = Label.INTERNAL
"""What is more sensitive than this is never given without somebody's approval, whatever is written."""
FOUR_EYES_FROM: Final = Label.RESTRICTED
"""From this label on two people approve, whatever is written."""


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who may approve: members of these groups, people with these email addresses, and of `owner` the group that owns
    the app.
    """

    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    owner: bool = False

    def has(self, person: Person, owner: str) -> bool:
        """Whether this person is one of them, for an app of this group ("": of none). An account that is not active,
        and a service, never is.
        """
        if not person.active or person.is_workload:
            return False
        is_owner = self.owner and owner in person.groups
        return is_owner or not person.groups.isdisjoint(self.groups) or person.email.casefold() in self.people


@dataclass(frozen=True, slots=True)
class Escalation:
    """Where nobody has decided `after_ms` after a request was made, these may approve it, too."""

    after_ms: Milliseconds
    to: Approvers


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """One rule. It is about apps that are named, or have one of the labels, or an owner of these; of none of the three
    where all are empty, which is any app but Limen.

    Each of `steps` needs one approval, of people who are all different. A grant lasts `longest_ms` at most, and what is
    given for the same to one person, with pauses shorter than `cool_down_ms`, lasts no longer than `longest_total_ms`
    in sum: extensions are bounded by that. `automatic`: no approval is needed, up to `MOST_AUTOMATIC`. A request that
    nobody answers is over after `expires_ms`. `ticket` is a pattern in which `#` stands for digits; "": none is needed.
    """

    name: str
    actions: tuple[str, ...]
    ask: tuple[str, ...]
    apps: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    owners: tuple[str, ...] = ()
    steps: tuple[Approvers, ...] = ()
    automatic: bool = False
    four_eyes: bool = False
    longest_ms: Milliseconds = 8 * HOUR
    longest_total_ms: Milliseconds = DAY
    cool_down_ms: Milliseconds = HOUR
    reason_length: int = 10
    ticket: str = ""
    expires_ms: Milliseconds = 2 * DAY
    escalation: Escalation | None = None

    def is_about(self, app: App, action: str) -> bool:
        """Whether this rule says anything of this action on this app. Limen itself is given to nobody by a grant."""
        if app.id == LIMEN or action not in self.actions:
            return False
        names_none = not (self.apps or self.labels or self.owners)
        return names_none or app.id in self.apps or int(app.label) in self.labels or app.owner in self.owners

    def may_ask(self, person: Person) -> bool:
        """Whether this person may ask by it. An account that is not active, and a service, may not."""
        return _is_one_of(person, self.ask)

    def is_automatic(self, app: App) -> bool:
        """Whether it is given at once, without anybody's approval."""
        return self.automatic and app.label <= MOST_AUTOMATIC

    def steps_for(self, app: App) -> tuple[Approvers, ...]:
        """The approvals that are needed for this app, each by somebody else; () where it is given at once.

        Where two people have to agree, and there is one step, both are of that step.
        """
        if self.is_automatic(app):
            return ()
        needs_two = self.four_eyes or app.label >= FOUR_EYES_FROM
        return self.steps * 2 if needs_two and len(self.steps) == 1 else self.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRule:
    """What is looked through again and again, and by whom: access to apps that are named, or have one of the labels, or
    an owner of these (any app where all three are empty); of it, where they are named, what these groups give, and what
    these people have, by email address.

    A review begins at `starts_at` and `every_ms` from then on (0: only by hand) and lasts `lasts_ms`. Reviewers are
    reminded `remind_ms` before its end. What nobody has decided by then is removed where `removes` says so, and of
    restricted apps in any case. `four_eyes`: nobody decides about somebody who decides about them.
    """

    name: str
    reviewers: Approvers
    apps: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    owners: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    starts_at: Instant = 0
    every_ms: Milliseconds = 0
    lasts_ms: Milliseconds = 14 * DAY
    remind_ms: Milliseconds = 3 * DAY
    removes: bool = False
    four_eyes: bool = False
    escalation: Escalation | None = None

    def is_about(self, app: App) -> bool:
        """Whether access to this app is looked through. Who may administer Limen itself is, like any other."""
        names_none = not (self.apps or self.labels or self.owners)
        return names_none or app.id in self.apps or int(app.label) in self.labels or app.owner in self.owners

    def removes_unanswered(self, app: App) -> bool:
        """Whether access to this app that nobody has decided about is removed at the end."""
        return self.removes or app.label >= FOUR_EYES_FROM

    def slot(self, now: Instant) -> Instant:
        """When the review began, or should have, that is due by now; 0 where none is."""
        if not self.every_ms or now < self.starts_at:
            return 0
        return self.starts_at + (now - self.starts_at) // self.every_ms * self.every_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRule:
    """Who may ask for flows of the network. The owner of where a flow leads approves it; `approve` are those who do
    where nobody owns it, or its owner is who asks, and second where what is there is restricted.

    A request that nobody answers is over after `expires_ms`. `publishes`: the approval puts the flow in force; else
    somebody who administers Limen does.
    """

    ask: tuple[str, ...]
    approve: Approvers
    reason_length: int = 10
    expires_ms: Milliseconds = 14 * DAY
    escalation: Escalation | None = None
    publishes: bool = False

    def may_ask(self, person: Person) -> bool:
        """Whether this person may ask. An account that is not active, and a service, may not."""
        return _is_one_of(person, self.ask)


@dataclass(frozen=True, slots=True)
class AccessRules:
    """All of them. The first that is about an action on an app, and lets somebody ask, counts for them.

    `directories` are those in whose groups people are while a grant lasts, by their names. `flows`: None where nobody
    may ask for flows of the network.
    """

    rules: tuple[AccessRule, ...] = field(default=())
    reviews: tuple[ReviewRule, ...] = field(default=())
    directories: Mapping[str, Directory] = field(default_factory=dict)
    flows: FlowRule | None = None

    def rule_for(self, person: Person, app: App, action: str) -> AccessRule | None:
        """The rule by which this person may ask for this; None: they may not."""
        return next((one for one in self.rules if one.is_about(app, action) and one.may_ask(person)), None)

    def may_ask(self, person: Person, app: App, action: str) -> bool:
        """Whether this person may ask for this."""
        return self.rule_for(person, app, action) is not None

    def has_approver(self, person: Person, apps: Iterable[App]) -> bool:
        """Whether this person may approve access to one of these apps, at once or when a request is handed over, or
        could if their account were active.
        """
        who = replace(person, active=True)
        return any(
            step.has(who, app.owner)
            for app in apps
            for rule in self.rules
            if any(rule.is_about(app, action) for action in rule.actions)
            for step in (*rule.steps_for(app), *((rule.escalation.to,) if rule.escalation else ()))
        )

    def review(self, name: str) -> ReviewRule | None:
        """The review of this name."""
        return next((one for one in self.reviews if one.name == name), None)


NOTHING_TO_ASK: Final = AccessRules()
"""Nobody may ask for anything: a company without `access.yaml`."""


def _is_one_of(person: Person, groups: tuple[str, ...]) -> bool:
    if not person.active or person.is_workload:
        return False
    return EVERYONE in groups or not person.groups.isdisjoint(groups)
