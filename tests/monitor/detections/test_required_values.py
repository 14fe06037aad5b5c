"""Of what a rule needs, the rarest is looked for; where nothing can be promised, nothing is."""

from __future__ import annotations

import pytest
from tests.monitor.detections.texts import compiled, rule

from limen.monitor.detections.required_values import LONGEST, RequiredValue, required_values
from limen.monitor.detections.tree import And, Exists, How, Network, Node, Not, Or, Pattern, Same, Text

RARE = Text("image", How.CONTAINS, "mimikatz")
COMMON = Text("image", How.ENDS, ".exe")
FOUND = RequiredValue("image", How.CONTAINS, "mimikatz")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (RARE, {FOUND}),
        (And((COMMON, RARE)), {FOUND}),
        (And((Not(RARE), COMMON)), {RequiredValue("image", How.ENDS, ".exe")}),
        (Or((RARE, COMMON)), {FOUND, RequiredValue("image", How.ENDS, ".exe")}),
        (Or((RARE, Not(COMMON))), set()),
        (Not(RARE), set()),
        (Text("image", How.EQUALS, ""), set()),
        (Text("image", How.EQUALS, "a"), {RequiredValue("image", How.EQUALS, "a")}),
        (Text("image", How.CONTAINS, "ab"), {RequiredValue("image")}),
        (Text("image", How.CONTAINS, "ΑΒΣ", is_cased=True), {RequiredValue("image", How.CONTAINS, "αβσ")}),
        (
            Pattern("image", "x", literals=("one", "two")),
            {RequiredValue("image", How.CONTAINS, one) for one in ("one", "two")},
        ),
        (Pattern("image", "x"), {RequiredValue("image")}),
        (Network("ip", "10.0.0.0/8"), {RequiredValue("ip")}),
        (Same("one", How.EQUALS, "two"), {RequiredValue("one")}),
        (Exists("one", is_there=True), {RequiredValue("one")}),
        (Exists("one", is_there=False), set()),
    ],
)
def test_what_must_be_there(node: Node, expected: set[RequiredValue]) -> None:
    assert required_values(node) == expected


def test_of_a_long_text_an_end_is_enough() -> None:
    long = "a" * 100 + "b" * 1_000
    assert required_values(Text("x", How.ENDS, long)) == {RequiredValue("x", How.ENDS, "b" * LONGEST)}
    assert required_values(Text("x", How.CONTAINS, long)) == {RequiredValue("x", How.CONTAINS, long[:LONGEST])}


def test_a_rule_of_a_usual_shape_needs_its_rarest_text() -> None:
    (one,) = compiled(
        rule({"Image|endswith": ["\\a.exe", "\\cmd.exe"], "CommandLine|contains|all": ["-x", "whoami /priv"]})
    ).rules
    assert required_values(one.node) == {RequiredValue("commandline", How.CONTAINS, "whoami /priv")}
