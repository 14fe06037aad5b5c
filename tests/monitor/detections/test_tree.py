from __future__ import annotations

from limen.monitor.detections.tree import And, How, Not, Or, Text, depth, flat, size

A, B, C = (Text(name, How.EQUALS, "x") for name in "abc")


def test_what_nests_for_nothing_is_flat() -> None:
    assert flat(And((A, And((B, And((C,))))))) == And((A, B, C))
    assert flat(Or((Or((A, And((B, C)))), Not(Or((C,)))))) == Or((A, And((B, C)), Not(C)))
    assert flat(And((A,))) == A


def test_how_deep_and_how_much() -> None:
    node = Or((A, And((B, Not(C)))))
    assert (depth(node), size(node), depth(A), size(A)) == (4, 3, 1, 1)
