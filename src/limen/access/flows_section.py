"""`flows:` in access.yaml: who may ask for flows of the network, and who approves what nobody owns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from limen.access.section_shapes import ADDRESS, Approve, Escalate, Names, Shape
from limen.clock import DAY, HOUR
from limen.configuration.lengths import Length, length_of, length_text
from limen.configuration.problem import DECLARE_GROUP, Complaint, Problem, shown, unknown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import EVERYONE
from limen.facts.access_rules import Escalation, FlowRule
from limen.messages import lists
from limen.pillar import Around

SECTION: Final = "flows"
_STAND_INS: Final = {"ask": [EVERYONE], "approve": {"groups": ["x"]}}
_MOST_NAMED: Final = 6


class Flows(Shape):
    """Requests for flows of the network. Whoever owns where a flow leads approves it, and never whoever asks."""

    ask: Annotated[Names, Field(min_length=1)]
    """Who may ask: groups, or `everyone`."""
    approve: Approve
    """Who approves where nobody else owns it, and as the second where what is there is restricted."""
    reason: Annotated[int, Field(ge=0, le=100)] = 10
    """How many characters a purpose has at least."""
    expires: Length = "14d"
    """A request that nobody answers is over after this time."""
    escalate: Escalate | None = None
    """Who may approve as well when nobody has answered."""
    publish: Literal["administrator", "approval"] = "administrator"
    """What puts an approved flow in force: an administrator who publishes it, or the approval itself."""


def read(
    written: Mapping[str, Any] | None, tree: Tree, file: str, around: Around
) -> tuple[FlowRule | None, list[Problem]]:
    """By which rule flows are asked for, and all that is wrong with it. None: they can't be."""
    if written is None:
        return None, []
    shape, problems = shaped_in_part(Flows, dict(written), tree, file, (SECTION,), _STAND_INS)
    if shape is None:
        return None, problems
    found = list(_complaints(shape, around.groups))
    problems += [Problem(file, *tree.at(SECTION, *at), what, fix) for at, what, fix in found]
    return (None if problems else _rule(shape)), problems


def changes(was: FlowRule | None, now: FlowRule | None) -> Iterator[str]:
    """One line where flows are asked for by another rule."""
    if was == now:
        return
    if now is None:
        yield "Flows of the network can no longer be asked for"
    else:
        yield f"Flows of the network: {_said(now)}" + (f" (was: {_said(was)})" if was is not None else "")


def _rule(shape: Flows) -> FlowRule:
    escalate = shape.escalate
    return FlowRule(
        ask=tuple(sorted(set(shape.ask))),
        approve=shape.approve.approvers(),
        reason_length=shape.reason,
        expires_ms=length_of(shape.expires),
        escalation=Escalation(length_of(escalate.after), escalate.to.approvers()) if escalate else None,
        publishes=shape.publish == "approval",
    )


def _complaints(shape: Flows, groups: Collection[str] | None) -> Iterator[Complaint]:
    if not HOUR <= length_of(shape.expires) <= 30 * DAY:
        yield ("expires",), "a request waits between an hour and 30 days", "write 14d"
    yield from _unknown_groups(("ask",), shape.ask, groups)
    yield from _approver_complaints(("approve",), shape.approve, groups)
    if shape.escalate is not None:
        yield from _approver_complaints(("escalate", "to"), shape.escalate.to, groups)
        if length_of(shape.escalate.after) >= length_of(shape.expires):
            yield ("escalate", "after"), "by then the request is over", "make it shorter than `expires`"


def _approver_complaints(above: tuple[str, ...], some: Approve, groups: Collection[str] | None) -> Iterator[Complaint]:
    if some.owner:
        yield (*above, "owner"), "the owner approves in any case", "remove it"
    if not (some.groups or some.people):
        yield above, "nobody could approve this", "name groups or people"
    for place, address in enumerate(some.people):
        if not ADDRESS.fullmatch(address):
            yield (*above, "people", place), f"{shown(address)} is not an email address", "write it whole"
    yield from _unknown_groups((*above, "groups"), some.groups, groups)


def _unknown_groups(above: tuple[str, ...], named: list[str], groups: Collection[str] | None) -> Iterator[Complaint]:
    for place, group in enumerate(named if groups is not None else ()):
        if group not in (groups or ()) and not (above == ("ask",) and group == EVERYONE):
            yield (*above, place), *unknown("group", group, groups or (), DECLARE_GROUP)


def _said(rule: FlowRule) -> str:
    who = lists.joined(rule.ask, "or", most=_MOST_NAMED)
    others = lists.joined((*rule.approve.groups, *rule.approve.people), "or", most=_MOST_NAMED)
    by = "the approval publishes them" if rule.publishes else "an administrator publishes them"
    return (
        f"{who} may ask for them, until {length_text(rule.expires_ms)} later; the owner of where they lead approves, "
        f"else {others}; {by}"
    )
