"""Kinds of people: those whom no policy can tell apart, so that one of them answers for all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from limen.cedar import EntityUid, Policy
from limen.cedar.tree import Literal, descend
from limen.facts import Person


def named_in(policies: Iterable[Policy]) -> frozenset[EntityUid]:
    """Every group, person and app that any of the policies names."""
    return frozenset(uid for policy in policies for uid in _named(policy))


def kind_of(person: Person, named: frozenset[EntityUid]) -> Hashable:
    """Equal for people in the same of the named groups, unless they are named themselves."""
    groups = frozenset(group for group in person.groups if ("Group", group) in named)
    kind = "Workload" if person.is_workload else "Person"
    return (groups, person.active, kind, person.id if not person.id or (kind, person.id) in named else "*")


def _named(policy: Policy) -> Iterator[EntityUid]:
    for scope in (policy.principal, policy.action, policy.resource):
        yield from scope.entities or ()
    for condition in policy.conditions:
        for node in descend(condition.body):
            if isinstance(node, Literal) and isinstance(node.value, EntityUid):
                yield node.value
