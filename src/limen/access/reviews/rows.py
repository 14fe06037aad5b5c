"""The rows of a review, made from the policies in force, the groups of people, their grants and what they used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from limen.access.model import HeldGrant
from limen.access.reviews.model import Held, ReviewRow, Way
from limen.access.reviews.past import NOTHING_KNOWN, Past
from limen.access.reviews.reach import Reach
from limen.access.same_person import are_one
from limen.clock import Instant
from limen.facts import App, Person
from limen.facts.access_rules import Approvers, ReviewRule
from limen.opaque import new_id

BREAK_GLASS: Final = "break-glass"
_TEAM: Final = 3
"""A group of fewer is no team to compare somebody with."""


@dataclass(frozen=True, slots=True)
class Known:
    """What rows are made of: everybody, the apps, the live grants, the past, and how unusual people look now (by id;
    who is not in it is not known).
    """

    reach: Reach
    people: Mapping[str, Person]
    apps: Mapping[str, App]
    grants: Iterable[HeldGrant] = ()
    past: Past = NOTHING_KNOWN
    risks: Mapping[str, int] = field(default_factory=dict)


def rows_of(known: Known, rule: ReviewRule, review_id: str) -> Iterator[ReviewRow]:
    """Every way in which somebody has access that the rule is about, by person and app."""
    grants: dict[tuple[str, str], list[HeldGrant]] = {}
    for one in known.grants:
        grants.setdefault((one.person_id, one.app), []).append(one)
    apps = [app for app in sorted(known.apps.values(), key=lambda app: app.id) if rule.is_about(app)]
    able = {app.id: _Able(rule, app, known.people) for app in apps}
    teams, having = _Teams(known.people.values()), _having(known, apps)
    for person in sorted(known.people.values(), key=lambda one: (one.name.casefold(), one.id)):
        if not person.active or not _is_named(rule, person):
            continue
        for app in apps:
            theirs = grants.get((person.id, app.id), ())
            for held in (*known.reach.ways(person, app), *map(held_by, theirs)):
                if _is_in_scope(rule, held):
                    team = teams.of(person, but=held.by if held.way is Way.GROUP else "")
                    peers = len(teams.members.get(team, ())) - 1 if team else 0
                    with_it = having[app.id].get(team, 0) - 1 if team else 0
                    yield _row(known, rule, review_id, person, app, held, able[app.id], (peers, with_it), theirs)


def held_by(grant: HeldGrant) -> Held:
    """A grant as a way of having access."""
    return Held(Way.GRANT, grant.id, grant.actions)


def held_now(reach: Reach, person: Person, app: App, grants: Iterable[HeldGrant]) -> tuple[Held, ...]:
    """Every way in which this person has access to this app at this instant."""
    mine = (held_by(one) for one in grants if one.person_id == person.id and one.app == app.id)
    return (*reach.ways(person, app), *mine) if person.active else ()


def _is_named(rule: ReviewRule, person: Person) -> bool:
    return not rule.people or person.email.casefold() in rule.people


def _is_in_scope(rule: ReviewRule, held: Held) -> bool:
    return not rule.groups or (held.way is Way.GROUP and held.by in rule.groups)


def _row(
    known: Known,
    rule: ReviewRule,
    review_id: str,
    person: Person,
    app: App,
    held: Held,
    able: _Able,
    peers: tuple[int, int],
    grants: Iterable[HeldGrant],
) -> ReviewRow:
    used = [(one, known.past.used.get((person.id, app.id, one))) for one in held.actions]
    by, at = _got(known, person, held, grants)
    return ReviewRow(
        id=new_id("rr"),
        review_id=review_id,
        person_id=person.id,
        app=app.id,
        way=held.way,
        by=held.by,
        actions=held.actions,
        used=sum(one.count for _, one in used if one is not None),
        last_used=max((one.last for _, one in used if one is not None), default=0),
        used_actions=tuple(action for action, one in used if one is not None),
        got_at=at,
        got_by=by,
        peers=peers[0],
        peers_with=max(peers[1], 0),
        risk=known.risks.get(person.id, -1),
        removes=rule.removes_unanswered(app) and held.by != BREAK_GLASS,
        reviewers=able.reviewers(person),
        escalates_to=able.more(person),
    )


def _got(known: Known, person: Person, held: Held, grants: Iterable[HeldGrant]) -> tuple[str, Instant]:
    """By whom, and when."""
    if held.way is Way.GROUP:
        return known.past.joined.get((person.id, held.by), ("", 0))
    grant = next((one for one in grants if one.id == held.by), None)
    return (grant.approvers[-1] if grant.approvers else "", grant.since) if grant is not None else ("", 0)


class _Able:
    """Who may decide about access to one app, by the rule."""

    def __init__(self, rule: ReviewRule, app: App, people: Mapping[str, Person]) -> None:
        self._first = _those(rule.reviewers, app, people)
        self._more = _those(rule.escalation.to, app, people) if rule.escalation else ()

    def reviewers(self, person: Person) -> tuple[str, ...]:
        return tuple(one.id for one in self._first if not are_one(one, person))

    def more(self, person: Person) -> tuple[str, ...]:
        return tuple(one.id for one in self._more if not are_one(one, person))


def _those(approvers: Approvers, app: App, people: Mapping[str, Person]) -> tuple[Person, ...]:
    return tuple(one for one in people.values() if approvers.has(one, app.owner))


class _Teams:
    """The smallest group of each person that is large enough to compare them with."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.members: dict[str, list[str]] = {}
        for person in people:
            for group in person.groups if person.active else ():
                self.members.setdefault(group, []).append(person.id)

    def of(self, person: Person, but: str = "") -> str:
        """Which of theirs ("" for none). `but` is the group that gives what is compared: all of it have that."""
        large = [one for one in person.groups if one != but and len(self.members.get(one, ())) >= _TEAM]
        return min(large, key=lambda one: (len(self.members[one]), one), default="")


def _having(known: Known, apps: Iterable[App]) -> dict[str, Counter[str]]:
    """For each app, how many of each group have any access to it."""
    found: dict[str, Counter[str]] = {}
    for app in apps:
        counted = found[app.id] = Counter[str]()
        for person in known.people.values():
            if person.active and known.reach.ways(person, app):
                counted.update(person.groups)
    return found
