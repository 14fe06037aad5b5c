from __future__ import annotations

import json

import msgspec
from hypothesis import given, strategies as st

from limen.events import KINDS, DecisionRecord, Event, Outcome, from_ocsf, to_ocsf

words = st.text(max_size=12)
instants = st.integers(0, 2**45)
records = st.builds(
    DecisionRecord,
    effect=words,
    reasons=st.lists(words, max_size=3).map(tuple),
    revision=words,
    facts=words,
    now=instants,
    app=words,
    action=words,
    method=words,
    route=words,
    host=words,
    door=words,
    remedies=st.lists(words, max_size=3).map(tuple),
    watched=st.lists(words, max_size=3).map(tuple),
    micros=st.floats(0, 1e6),
)
events = st.builds(
    Event,
    id=words,
    at=instants,
    kind=st.sampled_from([*KINDS, "a.kind.of.tomorrow"]),
    outcome=st.sampled_from(Outcome),
    actor=words,
    subject=words,
    session=words,
    device=words,
    address=words,
    reason=words,
    count=st.integers(1, 2**31),
    until=instants,
    decision=st.none() | records,
    details=st.dictionaries(words, words | st.booleans() | st.integers(-(2**60), 2**60), max_size=3),
)


@given(events)
def test_nothing_is_lost_on_the_way_to_ocsf_and_back(event: Event) -> None:
    assert from_ocsf(json.loads(msgspec.json.encode(to_ocsf(event)))) == event


@given(events)
def test_the_numbers_are_related_as_the_standard_says(event: Event) -> None:
    written = to_ocsf(event)
    assert written["category_uid"] == written["class_uid"] // 1000
    assert written["type_uid"] == written["class_uid"] * 100 + written["activity_id"]
    assert written["status_id"] == (1 if event.outcome is Outcome.SUCCESS else 2)


def test_a_decision_has_its_request_where_ocsf_looks_for_it() -> None:
    record = DecisionRecord(
        effect="deny", reasons=("r",), revision="1", facts="f", now=5, app="a", action="view", method="GET", host="h"
    )
    written = to_ocsf(
        Event(id="x", at=5, kind="decision", outcome=Outcome.FAILURE, actor="p1", address="192.0.2.1", decision=record)
    )
    assert written["class_uid"] == 4002
    assert written["http_request"] == {"http_method": "GET", "url": {"hostname": "h", "path": ""}}
    assert written["src_endpoint"] == {"ip": "192.0.2.1"}
    assert written["actor"]["user"] == {"uid": "p1"}


def test_a_kind_that_ocsf_has_no_class_for_is_a_base_event() -> None:
    assert to_ocsf(Event(at=1, kind="a.kind.of.tomorrow"))["class_uid"] == 0


def test_a_refusal_weighs_more_than_a_success_and_break_glass_most() -> None:
    calm = to_ocsf(Event(at=1, kind="sign_in.succeeded"))["severity_id"]
    refused = to_ocsf(Event(at=1, kind="sign_in.failed", outcome=Outcome.FAILURE))["severity_id"]
    grave = to_ocsf(Event(at=1, kind="break_glass.used"))["severity_id"]
    assert calm < refused < grave
