"""What is found of the same within a second is one finding that grows, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.monitor.detections.texts import START, compiled, event, rule

from limen.clock import MINUTE, SECOND
from limen.monitor.detections import alike
from limen.monitor.detections.hit import Hit
from limen.monitor.detections.rule_set import RuleSet
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import SENT_BY


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return compiled(rule({"Image": "a"}, custom={"limen": {"entity": "user"}}))


def said(number: int, at: float = 0.0, **columns: str) -> NormalEvent:
    return event(f"e{number}", at, fields={"Image": "a"}, **{"user": "ida", **columns})


def found(detector: SigmaDetector, *events: NormalEvent) -> list[Hit]:
    return [hit for one in events for hit in detector.feed(one)]


def counted(hits: list[Hit]) -> int:
    """For how many findings these stand: of each, what was said of it last."""
    return sum({hit.id: hit.times for hit in hits}.values())


def test_the_first_is_found_at_once_and_grows(rules: RuleSet) -> None:
    first, second, third = found(SigmaDetector(rules), said(1), said(2, 0.5), said(3, 0.9))
    assert [first.id, first.id] == [second.id, third.id]
    assert [hit.times for hit in (first, second, third)] == [1, 2, 3]
    assert (third.count, third.says["count"], third.events, third.since) == (3, 3, ("e1", "e2", "e3"), START)


def test_what_is_sent_twice_is_counted_once(rules: RuleSet) -> None:
    assert counted(found(SigmaDetector(rules), said(1), said(2), said(2), said(1))) == 2


@pytest.mark.parametrize(
    "other",
    [
        said(2, 1),
        said(2, user="eve"),
        said(2, source="another"),
        said(2, person_id="p_1"),
        said(2, device_id="d_1"),
        said(2, session="s_1"),
        event("e2", fields={"Image": "a", SENT_BY: "d_2"}, user="ida"),
    ],
)
def test_what_counts_for_another_or_comes_later_is_a_finding_of_its_own(rules: RuleSet, other: NormalEvent) -> None:
    hits = found(SigmaDetector(rules), said(1), other)
    assert len({hit.id for hit in hits}) == 2


def test_no_sender_chooses_the_second_in_which_it_is_counted(rules: RuleSet) -> None:
    """Else what is new could be hidden in a finding that was closed long ago, by naming its time."""
    late = event("e2", 0, fields={"Image": "a"}, user="ida", received_at=START + 2 * SECOND)
    hits = found(SigmaDetector(rules), said(1), late)
    assert len({hit.id for hit in hits}) == 2


@settings(max_examples=size(60), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(("ida", "eve", "sam"))), max_size=40), st.data())
def test_nothing_is_lost_whatever_is_forgotten_and_wherever_it_is_restored(
    several: list[tuple[int, str]], data: st.DataObject
) -> None:
    made = compiled(rule({"Image": "a"}, custom={"limen": {"entity": "user"}}))
    events = [said(number, second, user=user) for number, (second, user) in enumerate(several)]
    cut = data.draw(st.integers(0, len(events)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "MOST_FINDINGS", data.draw(st.integers(1, 5)))
        before, after, whole = SigmaDetector(made), SigmaDetector(made), SigmaDetector(made)
        hits = found(before, *events[:cut])
        after.restore(before.snapshot())
        hits += found(after, *events[cut:])
        assert hits == found(whole, *events)
    assert counted(hits) == len(events)


def test_what_has_not_grown_for_a_minute_is_forgotten(rules: RuleSet) -> None:
    detector = SigmaDetector(rules)
    found(detector, said(1))
    (hit,) = found(detector, said(2, 2 * MINUTE / SECOND, user="eve"))
    (first, *_) = detector._alike.snapshot()
    assert first[1].id == hit.id
