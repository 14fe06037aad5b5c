from __future__ import annotations

from limen.monitor.detections.literals import scanner
from limen.monitor.detections.tree import How

SOUGHT = [(How.CONTAINS, "a.b"), (How.STARTS, "c:\\"), (How.ENDS, "$"), (How.EQUALS, "é"), (How.CONTAINS, "x\0y")]


def test_each_that_is_there_is_given_once_and_nothing_is_an_expression() -> None:
    look = scanner(SOUGHT)
    found = {
        text: sorted(look(text))
        for text in ("a.b a.b", "axb", "c:\\$", " c:\\", "$\n", "é", "éé", "x\0y", "", "\ud800a.b")
    }
    assert found == {
        "a.b a.b": [0], "axb": [], "c:\\$": [1, 2], " c:\\": [], "$\n": [], "é": [3], "éé": [], "x\0y": [4], "": [],
        "\ud800a.b": [0],
    }  # fmt: skip
