"""Trees become functions: alternatives on one field one test, the cheap ones first, and a list has each of its values.

What each kind of test means is in `test_condition.py`, and the law over all of it in `tests/laws/test_detections.py`.
"""

from __future__ import annotations

import pytest
from tests.monitor.detections.texts import event

from limen.monitor.detections.closures import LONGEST, MANY, closure, cost
from limen.monitor.detections.event_view import EventView
from limen.monitor.detections.tree import (
    EVERYTHING,
    And,
    Exists,
    How,
    Node,
    Not,
    Number,
    Or,
    Order,
    Pattern,
    Same,
    Text,
)


def holds(node: Node, **fields: object) -> bool:
    return closure(node)(EventView(event(fields=fields)))


@pytest.mark.parametrize("how", list(How))
@pytest.mark.parametrize("length", [3, LONGEST + 1])
@pytest.mark.parametrize("number", [1, 2, MANY, MANY * 4])
def test_many_alternatives_mean_what_each_means(how: How, length: int, number: int) -> None:
    words = [f"{n:0{length}}" for n in range(number)]
    node = Or(tuple(Text("a", how, word) for word in words))
    last, around = words[-1], {How.EQUALS: "{}", How.STARTS: "{}x", How.ENDS: "x{}", How.CONTAINS: "x{}x"}[how]
    assert holds(node, a=around.format(last))
    assert holds(node, a=["y", around.format(last)])
    assert not holds(node, a="y")
    assert not holds(node, b=last)


def test_alternatives_of_other_kinds_are_not_lost() -> None:
    node = Or((Text("a", How.EQUALS, "x"), Text("a", How.EQUALS, "y"), Pattern("a", "^z"), Exists("b", is_there=True)))
    assert [holds(node, **one) for one in ({"a": "y"}, {"a": "zz"}, {"b": 0}, {"a": "w"})] == [True, True, True, False]


def test_what_is_missing_meets_only_what_asks_for_nothing() -> None:
    assert holds(Text("a", How.EQUALS, ""))
    assert holds(Exists("a", is_there=False), a=None)
    for node in (Number("a", Order.NEQ, 1), Pattern("a", ""), Same("a", How.EQUALS, "b"), Text("a", How.STARTS, "x")):
        assert not holds(node)
        assert holds(Not(node))


def test_the_cheap_is_looked_at_before_the_dear() -> None:
    order = [
        Exists("a", is_there=True),
        Text("a", How.EQUALS, "x"),
        Text("a", How.CONTAINS, "x"),
        Number("a", Order.GT, 1),
        Pattern("a", "x"),
        Text(EVERYTHING, How.CONTAINS, "x", is_cased=True),
    ]
    assert [cost(node) for node in order] == sorted(cost(node) for node in order)
    assert cost(And(tuple(order))) > cost(order[-1])
