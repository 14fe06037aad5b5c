"""`access.yaml`: who may ask for what, for how long, who approves it, and what is reviewed. Read with
its lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from limen.access import directories_section, flows_section
from limen.access.access_changes import changes, in_force, touches
from limen.access.initial import INITIAL
from limen.access.reviews.section import MOST_REVIEWS, read_reviews
from limen.access.rules_text import without
from limen.access.section_shapes import ADDRESS, NAME, Approve, Escalate, Names, Shape
from limen.clock import DAY, HOUR, MINUTE, Milliseconds
from limen.configuration.lengths import Length, length_of
from limen.configuration.problem import DECLARE_GROUP, Complaint, Problem, shown, unknown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import ACTIONS, EVERYONE, LIMEN, Label
from limen.facts.access_rules import (
    FILE,
    FOUR_EYES_FROM,
    MOST_AUTOMATIC,
    AccessRule,
    AccessRules,
    Escalation,
)
from limen.pillar import Around, FolderFile

MOST_RULES: Final = 200
MOST_STEPS: Final = 3
LONGEST: Final[Milliseconds] = 90 * DAY
"""Nothing is granted for longer, with all extensions: what somebody needs for good, a policy permits."""
ASKABLE: Final = tuple(action for action in ACTIONS if action not in {"sign_in", "audit", "support"})
_TICKET: Final = re.compile(r"[A-Za-z0-9 ./_#-]{1,40}")


class Rule(Shape):
    """One rule. The first that fits counts. `rules:` in `access.yaml` is a list of these."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What events and pages call it."""
    apps: Names = []
    """Apps of `apps.yaml`. With `labels` and `owners`, whatever fits any of the three; without all three, any app."""
    labels: list[Literal["public", "internal", "confidential", "restricted"]] = []
    """Apps with one of these labels."""
    owners: Names = []
    """Apps that belong to one of these groups."""
    actions: Annotated[list[str], Field(min_length=1, max_length=10)]
    """What can be asked for: view, download, edit, share, administer, connect, elevate."""
    ask: Annotated[Names, Field(min_length=1)]
    """Who may ask: groups, or `everyone`."""
    approve: Approve | Annotated[list[Approve], Field(min_length=1, max_length=MOST_STEPS)] | None = None
    """Who approves; a list where several have to agree, one after the other, each step by somebody else."""
    automatic: bool = False
    """It is given at once and journaled; for apps up to internal alone."""
    four_eyes: bool = False
    """Two people have to approve. For restricted apps that is so in any case."""
    longest: Length = "8h"
    """How long a grant lasts at most."""
    longest_total: Length = "24h"
    """How long somebody may have it in one go, with all extensions and everything asked for anew."""
    cool_down: Length = "1h"
    """A shorter pause does not begin that time anew."""
    reason: Annotated[int, Field(ge=0, le=200)] = 10
    """How many characters a justification has at least."""
    ticket: str = ""
    """A ticket number is needed that looks like this, where `#` stands for digits: `HD-#`."""
    expires: Length = "48h"
    """A request that nobody answers is over after this time."""
    escalate: Escalate | None = None


class _File(Shape):
    rules: Annotated[list[Any], Field(max_length=MOST_RULES)] = []
    reviews: Annotated[list[Any], Field(max_length=MOST_REVIEWS)] = []
    directories: dict[str, Any] = {}
    flows: dict[str, Any] | None = None


def read(tree: Tree, around: Around) -> tuple[AccessRules | None, list[Problem]]:
    """The rules, and all that is wrong with them, each with its line."""
    file, problems = shaped_in_part(_File, tree.plain() or {}, tree, FILE, (), {})
    if file is None:
        return None, problems
    found: list[AccessRule] = []
    for number, body in enumerate(file.rules):
        above = ("rules", number)
        if not isinstance(body, dict):
            problems.append(Problem(FILE, *tree.at(*above), "this rule is no mapping", "begin it with `- name:`"))
            continue
        stand_ins = {"name": "x", "actions": ["view"], "ask": [EVERYONE]}
        shape, wrong = shaped_in_part(Rule, body, tree, FILE, above, stand_ins)
        problems += wrong
        if shape is None:
            continue
        complaints = list(_complaints(shape, around, says_who_approves="approve" in body))
        problems += [Problem(FILE, *tree.at(*above, *at), what, fix) for at, what, fix in complaints]
        if not wrong and not complaints:
            found.append(rule_of(shape))
    names = Counter(one.get("name") for one in file.rules if isinstance(one, dict) and isinstance(one.get("name"), str))
    for name in (name for name, number in names.items() if number > 1):
        problems.append(
            Problem(FILE, *tree.at("rules"), f"two rules are called {shown(name)}", "give one of them another name")
        )
    reviews, wrong_reviews = read_reviews(tree, file.reviews, around)
    directories, wrong_directories = directories_section.read(file.directories, tree, FILE)
    flows, wrong_flows = flows_section.read(file.flows, tree, FILE, around)
    problems += [*wrong_reviews, *wrong_directories, *wrong_flows]
    return (None if problems else AccessRules(tuple(found), tuple(reviews), directories, flows)), problems


def rule_of(shape: Rule) -> AccessRule:
    """What a rule means that nothing is wrong with."""
    steps = shape.approve if isinstance(shape.approve, list) else [shape.approve] if shape.approve else []
    escalate = shape.escalate
    return AccessRule(
        name=shape.name,
        actions=tuple(action for action in ACTIONS if action in shape.actions),
        ask=tuple(sorted(set(shape.ask))),
        apps=tuple(sorted(set(shape.apps))),
        labels=tuple(sorted({int(Label[label.upper()]) for label in shape.labels})),
        owners=tuple(sorted(set(shape.owners))),
        steps=tuple(one.approvers() for one in steps),
        automatic=shape.automatic,
        four_eyes=shape.four_eyes,
        longest_ms=length_of(shape.longest),
        longest_total_ms=length_of(shape.longest_total),
        cool_down_ms=length_of(shape.cool_down),
        reason_length=shape.reason,
        ticket=shape.ticket,
        expires_ms=length_of(shape.expires),
        escalation=Escalation(length_of(escalate.after), escalate.to.approvers()) if escalate else None,
    )


# What is wrong with a rule beyond its shape


def _complaints(shape: Rule, around: Around, *, says_who_approves: bool) -> Iterator[Complaint]:
    if not NAME.fullmatch(shape.name):
        yield ("name",), f"{shown(shape.name)} can't be a rule's name", "use lowercase letters, digits and hyphens"
    yield from _unknown_names(shape, around)
    if not (shape.automatic or says_who_approves):
        yield (), "nobody could approve this", "add `approve:`, or `automatic: true` for apps up to internal"
    yield from _approval_complaints(shape)
    yield from _length_complaints(shape)
    if shape.ticket and not (_TICKET.fullmatch(shape.ticket) and "#" in shape.ticket):
        yield ("ticket",), f"{shown(shape.ticket)} is not how a ticket looks", "write it like HD-#: # stands for digits"


def _unknown_names(shape: Rule, around: Around) -> Iterator[Complaint]:
    wrong = [(place, action) for place, action in enumerate(shape.actions) if action not in ASKABLE]
    for place, action in wrong:
        yield ("actions", place), *unknown("action to ask for", action, ASKABLE)
    if LIMEN in shape.apps:
        what = "Limen itself can't be asked for: who administers it, a policy says"
        yield ("apps", shape.apps.index(LIMEN)), what, "remove it"
    if around.apps is not None:
        for place, app in enumerate(shape.apps):
            if app != LIMEN and app not in around.apps:
                yield ("apps", place), *unknown("app", app, around.apps)
    if around.groups is None:
        return
    named: list[tuple[tuple[str | int, ...], list[str]]] = [(("ask",), shape.ask), (("owners",), shape.owners)]
    named += [((*above, "groups"), one.groups) for above, one in _each_approve(shape)]
    for above, groups in named:
        for place, group in enumerate(groups):
            if group not in around.groups and not (above == ("ask",) and group == EVERYONE):
                yield (*above, place), *unknown("group", group, around.groups, DECLARE_GROUP)


def _each_approve(shape: Rule) -> Iterator[tuple[tuple[str | int, ...], Approve]]:
    if isinstance(shape.approve, list):
        yield from ((("approve", place), one) for place, one in enumerate(shape.approve))
    elif shape.approve is not None:
        yield ("approve",), shape.approve
    if shape.escalate is not None:
        yield ("escalate", "to"), shape.escalate.to


def _approval_complaints(shape: Rule) -> Iterator[Complaint]:
    labels = {Label[label.upper()] for label in shape.labels}
    for above, one in _each_approve(shape):
        if not (one.groups or one.people or one.owner):
            yield above, "nobody could approve this", "name groups, people, or write `owner: true`"
        for place, address in enumerate(one.people):
            if not ADDRESS.fullmatch(address):
                yield (*above, "people", place), f"{shown(address)} is not an email address", "write it whole"
    if shape.automatic:
        if shape.approve is not None:
            yield ("automatic",), "what is automatic has nobody who approves it", "remove `automatic` or `approve`"
        if shape.four_eyes:
            yield ("four_eyes",), "what is automatic has nobody who approves it", "remove `automatic` or `four_eyes`"
        if labels and max(labels) > MOST_AUTOMATIC:
            what = f"what is more sensitive than {MOST_AUTOMATIC.word} is never given automatically"
            yield ("labels",), what, "name who approves it"
        if not labels:
            what = f"only apps up to {MOST_AUTOMATIC.word} are given automatically"
            yield ("automatic",), what, "say which: `labels: [public, internal]`"
    if labels and min(labels) >= FOUR_EYES_FROM and "four_eyes" in shape.model_fields_set and not shape.four_eyes:
        yield ("four_eyes",), "for restricted apps two people have to approve", "remove it, or write true"


def _length_complaints(shape: Rule) -> Iterator[Complaint]:
    longest, total = length_of(shape.longest), length_of(shape.longest_total)
    if longest < MINUTE:
        yield ("longest",), "a grant lasts a minute at least", "write 1m or more"
    if total > LONGEST:
        yield ("longest_total",), "nothing is granted for more than 90 days", "write 90d or less"
    if longest > total:
        at = ("longest_total",) if "longest_total" in shape.model_fields_set else ("longest",)
        yield (
            at,
            f"one grant ({shape.longest}) would be longer than all together ({shape.longest_total})",
            ("make `longest_total` at least as long as `longest`"),
        )
    if length_of(shape.cool_down) < MINUTE:
        yield ("cool_down",), "without a pause it could be asked for forever", "write 1m or more"
    if not HOUR <= length_of(shape.expires) <= 30 * DAY:
        yield ("expires",), "a request waits between an hour and 30 days", "write 48h"
    if shape.escalate is not None and length_of(shape.escalate.after) >= length_of(shape.expires):
        yield ("escalate", "after"), "by then the request is over", "make it shorter than `expires`"


ACCESS_FILE: Final = FolderFile(
    name=FILE,
    kind=AccessRules,
    read=read,
    changes=changes,
    in_force=in_force,
    initial=INITIAL,
    touches=touches,
    without=without,
)
