"""How somebody gets their access, as a graph: the person, groups, rules and grants, apps; and what each edge gives.

What stands in it is exact: an app is there only where some situation is permitted, by the rules that open it then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.access.standing.privilege import StandingPrivilege
from limen.cedar import Policy
from limen.facts import ACTIONS, Grant, Person

MOST: Final = 40
"""Nodes of one kind that are drawn; of more, the rest is counted."""


class Column(StrEnum):
    """Where a node stands, from left to right."""

    PERSON = "person"
    GROUP = "group"
    RULE = "rule"
    APP = "app"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to an app: these actions, by this rule or grant, through these groups (() where it is everybody's)."""

    app: str
    actions: tuple[str, ...]
    rule: str
    groups: tuple[str, ...]
    is_grant: bool = False
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    """`id` is unique in its column."""

    column: Column
    id: str


@dataclass(frozen=True, slots=True)
class Edge:
    """From a node to one in a column further right. `actions` are what it gives, () where that is said further on."""

    start: Node
    end: Node
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """What is drawn of the ways. `left_out` says of each column how many nodes are not in it."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: Mapping[Column, int]

    def of(self, column: Column) -> tuple[Node, ...]:
        """The nodes of one column, from top to bottom."""
        return tuple(one for one in self.nodes if one.column is column)


def ways(
    person: Person,
    found: StandingPrivilege,
    policies: Iterable[Policy],
    grants: Iterable[Grant],
    actions_of: Mapping[str, tuple[str, ...]],
) -> tuple[Way, ...]:
    """Every way of this person to an app, in the order of the apps. `found` is what they have without a grant,
    `actions_of` what can be asked of each app. Pure.
    """
    through = {policy.id: tuple(sorted(groups_of(policy) & person.groups)) for policy in policies}
    given: dict[tuple[str, str], list[str]] = {}
    doubtful: set[tuple[str, str]] = set()
    for held in found.held:
        if person.id in held.people and held.action in actions_of.get(held.app, ()):
            for rule in held.policies:
                given.setdefault((held.app, rule), []).append(held.action)
                doubtful |= set() if held.is_certain else {(held.app, rule)}
    standing = (
        Way(app, _sorted(actions), rule, through.get(rule, ()), is_certain=(app, rule) not in doubtful)
        for (app, rule), actions in given.items()
    )
    granted = (Way(one.app, _sorted(one.actions), one.id, (), is_grant=True) for one in grants if one.app in actions_of)
    order = {app_id: place for place, app_id in enumerate(actions_of)}
    return tuple(sorted((*standing, *granted), key=lambda way: (order[way.app], way.is_grant, way.rule)))


def graph(person: Person, every: Iterable[Way]) -> Graph:
    """The ways as nodes and edges, of each column `MOST` at most; what leads to nothing that is drawn is left out."""
    shown = list(every)
    left_out: dict[Column, int] = {}
    for column, name in ((Column.APP, "app"), (Column.RULE, "rule")):
        ids = dict.fromkeys(getattr(way, name) for way in shown)
        left_out[column] = max(0, len(ids) - MOST)
        kept = set(list(ids)[:MOST])
        shown = [way for way in shown if getattr(way, name) in kept]
    root = Node(Column.PERSON, person.id)
    groups = list(dict.fromkeys(group for way in shown for group in way.groups))
    left_out[Column.GROUP] = max(0, len(groups) - MOST)
    nodes, edges = {root: None}, dict[Edge, None]()
    for group in groups[:MOST]:
        nodes[Node(Column.GROUP, group)] = None
        edges[Edge(root, Node(Column.GROUP, group))] = None
    for way in shown:
        rule, app = Node(Column.RULE, way.rule), Node(Column.APP, way.app)
        nodes |= {rule: None, app: None}
        starts = [Node(Column.GROUP, one) for one in way.groups if one in groups[:MOST]] or [root]
        edges |= {Edge(start, rule): None for start in starts}
        edges[Edge(rule, app, way.actions)] = None
    return Graph(tuple(nodes), tuple(edges), left_out)


def groups_of(policy: Policy) -> frozenset[str]:
    """The groups that the policy speaks of."""
    return frozenset(uid.id for uid in policy.principal.entities or () if uid.type == "Group")


def _sorted(actions: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(actions), key=ACTIONS.index))
