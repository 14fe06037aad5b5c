"""A rule's tree as nested closures: nothing is ever formatted into source. Cheap tests come first.

Alternatives on one field are one test: a set for equals, a tuple for what begins or ends so.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, TypeAlias

from limen.monitor.detections.event_view import EventView, Value
from limen.monitor.detections.literals import scanner
from limen.monitor.detections.regular_expressions import compiled
from limen.monitor.detections.tree import (
    EVERYTHING,
    And,
    Exists,
    How,
    Network,
    Node,
    Not,
    Number,
    Or,
    Order,
    Pattern,
    Same,
    Text,
)

Test: TypeAlias = Callable[[EventView], bool]
OfText: TypeAlias = Callable[[str], bool]

_ORDERS: Final = {
    Order.LT: operator.lt,
    Order.LTE: operator.le,
    Order.GT: operator.gt,
    Order.GTE: operator.ge,
    Order.EQ: operator.eq,
    Order.NEQ: operator.ne,
}
MANY: Final = 16
"""From so many texts on, they are looked for at once."""
LONGEST: Final = 1_000
"""Longer texts are looked for one by one: Hyperscan takes no pattern of any length."""
_COSTS: Final = {How.EQUALS: 1, How.STARTS: 2, How.ENDS: 2, How.CONTAINS: 3}


def closure(node: Node) -> Test:
    """The function that says whether an event is as the tree (which is `flat`) asks."""
    match node:
        case And():
            return _all(tuple(map(closure, sorted(node.parts, key=cost))))
        case Or():
            return _any(tuple(_alternatives(node.parts)))
        case Not():
            inner = closure(node.part)
            return lambda view: not inner(view)
        case Exists():
            field, is_there = node.field, node.is_there
            return lambda view: (field in view.said) is is_there
        case Same():
            return _same(node)
        case Text():
            return _on_texts(node.field, node.how, (node.text,), is_cased=node.is_cased)
        case Pattern():
            return _on_text(node.field, _search(node.pattern), is_cased=node.is_cased)
        case Network():
            return _on_text(node.field, _within(node.network))
        case Number():
            return _on_text(node.field, _compare(node.order, node.number))


def cost(node: Node) -> int:
    """About how much a test costs, the cheapest being 1."""
    match node:
        case And() | Or():
            return 1 + sum(map(cost, node.parts))
        case Not():
            return cost(node.part)
        case Text():
            return (10 if node.field == EVERYTHING else 1) * (_COSTS[node.how] + 10 * node.is_cased)
        case Pattern():
            return 30
        case Network() | Number():
            return 10
        case _:
            return 1


# And, or


def _all(tests: tuple[Test, ...]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda view: first(view) and second(view)

    def every(view: EventView) -> bool:
        for test in tests:  # noqa: SIM110 -- a generator costs more than the tests
            if not test(view):
                return False
        return True

    return every


def _any(tests: tuple[Test, ...]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda view: first(view) or second(view)

    def some(view: EventView) -> bool:
        for test in tests:  # noqa: SIM110 -- a generator costs more than the tests
            if test(view):
                return True
        return False

    return some


def _alternatives(parts: Iterable[Node]) -> list[Test]:
    """Those on one field in one way put together; the cheapest first."""
    together: dict[tuple[str, How, bool], list[str]] = {}
    others: list[Node] = []
    for part in parts:
        if isinstance(part, Text):
            together.setdefault((part.field, part.how, part.is_cased), []).append(part.text)
        else:
            others.append(part)
    grouped = sorted(together.items(), key=lambda one: cost(Text(one[0][0], one[0][1], "", one[0][2])))
    tests = [_on_texts(field, how, tuple(texts), is_cased=is_cased) for (field, how, is_cased), texts in grouped]
    return tests + [closure(other) for other in sorted(others, key=cost)]


# What is said in one field


def _on_texts(field: str, how: How, texts: tuple[str, ...], *, is_cased: bool) -> Test:
    is_missing = how is How.EQUALS and "" in texts
    return _on_text(field, _compares(how, texts), is_cased=is_cased, is_missing=is_missing)


def _on_text(field: str, test: OfText, *, is_cased: bool = False, is_missing: bool = False) -> Test:
    """`test` of the field's text, or of any where it has several; `is_missing` where it says nothing."""

    def any_of(value: Value | None) -> bool:
        if value is None:
            return is_missing
        return test(value) if isinstance(value, str) else any(map(test, value))

    if is_cased:
        return lambda view: any_of(view.exact(field))

    def lowered(view: EventView) -> bool:
        value = view[field]
        if value.__class__ is str:
            return test(value)
        return any_of(value)

    return lowered


def _compares(how: How, texts: tuple[str, ...]) -> OfText:
    """Does a text compare so with one of these?"""
    only = texts[0]
    match how:
        case How.EQUALS:
            return only.__eq__ if len(texts) == 1 else frozenset(texts).__contains__
        case How.CONTAINS:
            if len(texts) == 1:
                return lambda text: only in text
            is_many = len(texts) >= MANY and max(map(len, texts)) <= LONGEST
            return _contains_one_of_many(texts) if is_many else _contains_one(texts)
        case How.STARTS:
            return lambda text: text.startswith(texts)
        case How.ENDS:
            return lambda text: text.endswith(texts)


def _contains_one(texts: tuple[str, ...]) -> OfText:
    def contains(text: str) -> bool:
        for one in texts:  # noqa: SIM110 -- a generator costs more than the tests
            if one in text:
                return True
        return False

    return contains


def _contains_one_of_many(texts: tuple[str, ...]) -> OfText:
    look = scanner([(How.CONTAINS, text) for text in texts])
    return lambda text: bool(look(text))


def _search(pattern: str) -> OfText:
    search = compiled(pattern).search

    def found(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:  # half of a surrogate pair
            return search(text.encode("utf-8", "replace").decode()) is not None

    return found


def _within(network: str) -> OfText:
    inside = ipaddress.ip_network(network)

    def within(text: str) -> bool:
        address = _address(text)
        return address is not None and address.version == inside.version and address in inside

    return within


@lru_cache(maxsize=4_096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if len(text) > 64:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _compare(order: Order, number: float) -> OfText:
    holds = _ORDERS[order]

    def compares(text: str) -> bool:
        try:
            return len(text) <= 40 and holds(float(text), number)
        except ValueError:
            return False

    return compares


def _same(node: Same) -> Test:
    field, other, how = node.field, node.other, node.how

    def same(view: EventView) -> bool:
        left, right = view[field], view[other]
        if not left or not right:
            return False
        test = _compares(how, (right,) if isinstance(right, str) else right)
        return test(left) if isinstance(left, str) else any(map(test, left))

    return same
