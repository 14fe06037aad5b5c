"""What a rule costs of an event, tried before it is in force: on an event as bad for it as a real one may be."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Final

from limen.monitor.detections.closures import closure
from limen.monitor.detections.event_view import EventView
from limen.monitor.detections.rule import Rule
from limen.monitor.detections.tree import And, How, Node, Not, Or, Pattern, Same, Text
from limen.monitor.normal_form.event import NormalEvent

LENGTH: Final = 1_000
"""Of each text of such an event, in characters: a long command line."""
MOST_PARTS: Final = 40
"""So many of the texts that a rule looks for are in it."""
_ROUNDS: Final = 3
_TIMES: Final = 10


def slow_rules(rules: Iterable[Rule]) -> list[tuple[Rule, int]]:
    """Those above their budget, with their cost in microseconds, the dearest first."""
    found = [(rule, cost) for rule in rules if (cost := cost_us(rule)) > rule.about.budget_us]
    return sorted(found, key=lambda one: (-one[1], one[0].id))


def cost_us(rule: Rule) -> int:
    """What one look at a long event costs, in microseconds: the least of some tries, since a machine has other work."""
    test, views = closure(rule.node), [EventView(event) for event in _events(rule.node)]
    least = []
    for view in views:
        test(view)  # what is made once is made now
        tries = []
        for _ in range(_ROUNDS):
            began = time.thread_time_ns()
            for _ in range(_TIMES):
                test(view)
            tries.append(time.thread_time_ns() - began)
        least.append(min(tries) // _TIMES)
    return max(least) // 1_000


def _events(node: Node) -> Iterator[NormalEvent]:
    """An event with long texts in every field that the rule looks at, and one that holds what it looks for, too."""
    sought = _sought(node)
    filler = "c:\\program files\\harbor\\payroll.exe --export march "
    plain = {name: (filler * (LENGTH // len(filler) + 1))[:LENGTH] for name in sought}
    full = {name: " ".join([*texts[:MOST_PARTS], plain[name]])[:LENGTH] for name, texts in sought.items()}
    for fields in (plain, full):
        yield NormalEvent(uid="probe", at=0, received_at=0, source="probe", fields=dict(fields), raw="probe")


def _sought(node: Node) -> dict[str, list[str]]:
    """The fields that a rule looks at, with what it looks for in each."""
    found: dict[str, list[str]] = {}
    waiting: list[Node] = [node]
    while waiting:
        match waiting.pop():
            case And(parts=parts) | Or(parts=parts):
                waiting += parts
            case Not(part=part):
                waiting.append(part)
            case Text(field=field, how=how, text=text):
                found.setdefault(field, []).extend([text] if how is How.CONTAINS else [])
            case Pattern(field=field, literals=literals):
                found.setdefault(field, []).extend(literals)
            case Same(field=field, other=other):
                found.setdefault(field, [])
                found.setdefault(other, [])
            case one:
                found.setdefault(one.field, [])
    return found
