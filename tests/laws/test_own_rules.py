"""Whatever an event holds, none of Limen's rules fails on it, and an event that says nothing meets none of them."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.sigma import FAILED, SigmaDetector
from limen.monitor.detections.tree import And, Node, Not, Or
from limen.monitor.normal_form.event import NormalEvent

RULES = own_rules()
SOURCES = sorted({(rule.product, rule.category, rule.service) for rule in RULES.rules})


def fields_of(node: Node) -> set[str]:
    if isinstance(node, And | Or):
        return {name for part in node.parts for name in fields_of(part)}
    if isinstance(node, Not):
        return fields_of(node.part)
    return {node.field}


FIELDS = sorted({name for rule in RULES.rules for name in fields_of(rule.node) if name.isprintable()})
COLUMNS = ("kind", "reason", "user", "host", "process", "command_line", "src_ip", "app", "operation", "object", "raw")
VALUES = st.one_of(
    st.text(max_size=60),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.one_of(st.text(max_size=20), st.integers(), st.floats()), max_size=4),
)


@settings(max_examples=size(200), deadline=None)
@given(
    st.sampled_from(SOURCES),
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12),
    st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=80), max_size=6),
    st.integers(-(2**63), 2**63 - 1),
)
def test_no_rule_fails_on_any_event(
    source: tuple[str, str, str], fields: dict[str, object], columns: dict[str, str], at: int
) -> None:
    product, category, service = source
    event = NormalEvent(
        uid="e", at=at, received_at=at, source="s", product=product, category=category, service=service,
        fields=fields, **columns,
    )  # fmt: skip
    detector = SigmaDetector(RULES)
    assert [hit for hit in detector.feed(event) if hit.rule == FAILED] == []
    SigmaDetector(RULES).restore(detector.snapshot())


def test_an_event_that_says_nothing_meets_no_rule() -> None:
    for product, category, service in SOURCES:
        event = NormalEvent(
            uid="e", at=1, received_at=1, source="s", product=product, category=category, service=service
        )
        assert SigmaDetector(RULES).feed(event) == []
        assert RULES.hits(event) == []
