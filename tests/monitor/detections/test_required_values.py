"""Of what a rule needs, the rarest is looked for; where nothing can be promised, nothing is."""

from __future__ import annotations

import pytest
from tests.monitor.detections.texts import compiled, rule

from limen.monitor.detections.required_values import LONGEST, Anchor, anchors
from limen.monitor.detections.tree import And, Exists, How, Network, Node, Not, Or, Pattern, Same, Text

RARE = Text("image", How.CONTAINS, "mimikatz")
COMMON = Text("image", How.ENDS, ".exe")
FOUND = Anchor("image", How.CONTAINS, "mimikatz")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (RARE, {FOUND}),
        (And((COMMON, RARE)), {FOUND}),
        (And((Not(RARE), COMMON)), {Anchor("image", How.ENDS, ".exe")}),
        (Or((RARE, COMMON)), {FOUND, Anchor("image", How.ENDS, ".exe")}),
        (Or((RARE, Not(COMMON))), set()),
        (Not(RARE), set()),
        (Text("image", How.EQUALS, ""), set()),
        (Text("image", How.EQUALS, "a"), {Anchor("image", How.EQUALS, "a")}),
        (Text("image", How.CONTAINS, "ab"), {Anchor("image")}),
        (Text("image", How.CONTAINS, "ΑΒΣ", is_cased=True), {Anchor("image", How.CONTAINS, "αβσ")}),
        (
            Pattern("image", "x", literals=("one", "two")),
            {Anchor("image", How.CONTAINS, one) for one in ("one", "two")},
        ),
        (Pattern("image", "x"), {Anchor("image")}),
        (Network("ip", "10.0.0.0/8"), {Anchor("ip")}),
        (Same("one", How.EQUALS, "two"), {Anchor("one")}),
        (Exists("one", is_there=True), {Anchor("one")}),
        (Exists("one", is_there=False), set()),
    ],
)
def test_what_must_be_there(node: Node, expected: set[Anchor]) -> None:
    assert anchors(node) == expected


def test_of_a_long_text_an_end_is_enough() -> None:
    long = "a" * 100 + "b" * 1_000
    assert anchors(Text("x", How.ENDS, long)) == {Anchor("x", How.ENDS, "b" * LONGEST)}
    assert anchors(Text("x", How.CONTAINS, long)) == {Anchor("x", How.CONTAINS, long[:LONGEST])}


def test_a_rule_of_a_usual_shape_needs_its_rarest_text() -> None:
    (one,) = compiled(
        rule({"Image|endswith": ["\\a.exe", "\\cmd.exe"], "CommandLine|contains|all": ["-x", "whoami /priv"]})
    ).rules
    assert anchors(one.node) == {Anchor("commandline", How.CONTAINS, "whoami /priv")}
