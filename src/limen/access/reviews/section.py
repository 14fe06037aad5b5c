"""`reviews:` of `access.yaml`: what is reviewed, how often, by whom, and what becomes of what nobody decided."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from limen.access.section_shapes import NAME, Deciders, Names, Shape
from limen.clock import DAY, Instant
from limen.configuration.lengths import Length, length_of, length_text
from limen.configuration.problem import DECLARE_GROUP, Complaint, Problem, shown, unknown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import Label
from limen.facts.access_rules import FILE, Escalation, ReviewRule
from limen.messages import lists
from limen.pillar import Around

MOST_REVIEWS: Final = 100
LONGEST: Final = 90 * DAY
"""A review is open for so long at most."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Reviewers(Deciders):
    """Who decides: any of these, but nobody about themselves."""


class HandOver(Shape):
    """Who may decide as well when a review is not done."""

    after: Length
    """How long after it began: `7d`."""
    to: Reviewers
    """These may decide, too."""


class ReviewShape(Shape):
    """One review. `reviews:` in `access.yaml` is a list of these."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What pages, events and evidence call it."""
    apps: Names = []
    """Apps of `apps.yaml`, and `limen` itself. Without `apps`, `labels` and `owners`, any app."""
    labels: list[Literal["public", "internal", "confidential", "restricted"]] = []
    """Apps with one of these labels."""
    owners: Names = []
    """Apps that belong to one of these groups."""
    groups: Names = []
    """Only what these groups give."""
    people: Names = []
    """Only what people with these email addresses have."""
    starts: str = ""
    """The first day, as 2027-01-04. Needed with `every`."""
    every: Length | None = None
    """How long after it begins the next one does: `90d`. Without it, an administrator begins each by hand."""
    lasts: Length = "14d"
    """How long reviewers have."""
    reviewers: Reviewers
    remind: Length = "3d"
    """How long before the end those are reminded who have something open."""
    escalate: HandOver | None = None
    default: Literal["keep", "remove"] = "keep"
    """What becomes of what nobody has decided. Of restricted apps it is removed in any case."""
    four_eyes: bool = False
    """Nobody decides about somebody who has decided about them in the same review."""


def read_reviews(tree: Tree, bodies: list[Any], around: Around) -> tuple[list[ReviewRule], list[Problem]]:
    """The reviews, and all that is wrong with them, each with its line."""
    problems, found, names = list[Problem](), list[ReviewRule](), set[str]()
    for number, body in enumerate(bodies):
        above = ("reviews", number)
        if not isinstance(body, dict):
            problems.append(Problem(FILE, *tree.at(*above), "this review is no mapping", "begin it with `- name:`"))
            continue
        stand_ins = {"name": "x", "reviewers": {"owner": True}}
        shape, wrong = shaped_in_part(ReviewShape, body, tree, FILE, above, stand_ins)
        problems += wrong
        if shape is None:
            continue
        complaints = list(_complaints(shape, around))
        if shape.name in names:
            complaints.append((("name",), f"two reviews are called {shown(shape.name)}", "give one another name"))
        names.add(shape.name)
        problems += [Problem(FILE, *tree.at(*above, *at), what, fix) for at, what, fix in complaints]
        if not wrong and not complaints:
            found.append(review_of(shape))
    return found, problems


def review_of(shape: ReviewShape) -> ReviewRule:
    """What a review means that nothing is wrong with."""
    escalate = shape.escalate
    return ReviewRule(
        name=shape.name,
        reviewers=shape.reviewers.approvers(),
        apps=tuple(sorted(set(shape.apps))),
        labels=tuple(sorted({int(Label[label.upper()]) for label in shape.labels})),
        owners=tuple(sorted(set(shape.owners))),
        groups=tuple(sorted(set(shape.groups))),
        people=tuple(sorted({one.casefold() for one in shape.people})),
        starts_at=_instant(shape.starts) or 0,
        every_ms=length_of(shape.every) if shape.every else 0,
        lasts_ms=length_of(shape.lasts),
        remind_ms=length_of(shape.remind),
        removes=shape.default == "remove",
        four_eyes=shape.four_eyes,
        escalation=Escalation(length_of(escalate.after), escalate.to.approvers()) if escalate else None,
    )


def _instant(day: str) -> Instant | None:
    """The beginning of a day, in UTC; None for what is none."""
    try:
        found = date.fromisoformat(day) if _DAY.fullmatch(day) else None
    except ValueError:
        return None
    return None if found is None else int(datetime.fromisoformat(f"{found}T00:00:00+00:00").timestamp()) * 1000


# What is wrong with a review beyond its shape


def _complaints(shape: ReviewShape, around: Around) -> Iterator[Complaint]:
    if not NAME.fullmatch(shape.name):
        yield ("name",), f"{shown(shape.name)} can't be a review's name", "use lowercase letters, digits and hyphens"
    if around.apps is not None:
        for place, app in enumerate(shape.apps):
            if app != "limen" and app not in around.apps:
                yield ("apps", place), *unknown("app", app, around.apps)
    able = [(("reviewers",), shape.reviewers)]
    able += [(("escalate", "to"), shape.escalate.to)] if shape.escalate else []  # type: ignore[list-item]
    named: list[tuple[tuple[str, ...], list[str]]] = [(("owners",), shape.owners), (("groups",), shape.groups)]
    named += [((*above, "groups"), one.groups) for above, one in able]
    for above, groups in named if around.groups is not None else ():
        for place, group in enumerate(groups):
            if group not in (around.groups or ()):
                yield (*above, place), *unknown("group", group, around.groups or (), DECLARE_GROUP)
    for where, one in able:
        if not (one.groups or one.people or one.owner):
            yield where, "nobody could review this", "name groups, people, or write `owner: true`"
    yield from _calendar_complaints(shape)


def _calendar_complaints(shape: ReviewShape) -> Iterator[Complaint]:
    lasts = length_of(shape.lasts)
    if shape.starts and _instant(shape.starts) is None:
        yield ("starts",), f"{shown(shape.starts)} is not a day", "write it like 2027-01-04"
    if shape.every and not shape.starts:
        yield ("every",), "nobody knows when the first one begins", "add `starts: 2027-01-04`"
    if not DAY <= lasts <= LONGEST:
        yield ("lasts",), "a review is open between a day and 90 days", "write 14d"
    if shape.every and length_of(shape.every) <= lasts:
        yield ("every",), "the next one would begin before this is over", "make it longer than `lasts`"
    if shape.escalate is not None and length_of(shape.escalate.after) >= lasts:
        yield ("escalate", "after"), "by then the review is over", "make it shorter than `lasts`"
    if length_of(shape.remind) >= lasts:
        yield ("remind",), "they would be reminded before it begins", "make it shorter than `lasts`"


def changed_reviews(before: tuple[ReviewRule, ...], after: tuple[ReviewRule, ...]) -> Iterator[str]:
    """One line for each review that is new, gone, or other."""
    was, now = ({one.name: one for one in some} for some in (before, after))
    for name, rule in now.items():
        if name not in was:
            yield f"Access review ({name}): {sentence(rule)}"
        elif was[name] != rule:
            yield f"Access review ({name}): {sentence(rule)} (was: {sentence(was[name])})"
    for name, rule in was.items():
        if name not in now:
            yield f"No longer reviewed ({name}): {sentence(rule)}"


def sentence(rule: ReviewRule) -> str:
    """`apps that are restricted, every 90d, by finance; what nobody decides is removed`."""
    labels = [Label(one).word for one in rule.labels]
    apps = [*rule.apps, *([f"apps that are {lists.joined(labels, 'or')}"] if labels else [])]
    apps += [f"apps of {one}" for one in rule.owners]
    often = f"every {length_text(rule.every_ms)}" if rule.every_ms else "when somebody begins it"
    able = [*rule.reviewers.groups, *rule.reviewers.people, *(["the app's owners"] if rule.reviewers.owner else [])]
    only = lists.joined([*rule.groups, *rule.people], most=6)
    of_whom = f", of {only} alone" if only else ""
    end = "removed" if rule.removes else "kept unless the app is restricted"
    what = lists.joined(apps, most=6) or "any app"
    return f"{what}{of_whom}, {often}, by {lists.joined(able, 'or', most=6)}; what nobody decides is {end}"
