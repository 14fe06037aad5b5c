from __future__ import annotations

from dataclasses import replace

import msgspec
from tests.storage.journal.decisions import a_permit, facts_about

from limen.events import Outcome, from_ocsf, split_decision_id
from limen.facts import Device
from limen.facts.facts_json import facts_digest
from limen.policy.decision import Effect, Reason
from limen.storage.journal.folding import Folding


def test_equal_decisions_fold_into_one_event_and_each_has_an_id_of_its_own() -> None:
    folding, facts = Folding(), facts_about("p1")
    ids = [folding.add("gateway", a_permit(facts, now), "s1", "192.0.2.1", 2.0) for now in (1_000, 1_010, 1_020)]
    (fold,) = folding.take()
    event = fold.event()
    assert [split_decision_id(each) for each in ids] == [(event.id, 1), (event.id, 2), (event.id, 3)]
    assert (event.count, event.at, event.until) == (3, 1_000, 1_020)


def test_the_event_says_what_was_decided_and_why() -> None:
    folding, facts = Folding(), facts_about("p1")
    folding.add("gateway", a_permit(facts, 1_000), "s1", "192.0.2.1", 2.0)
    folding.add("gateway", a_permit(facts, 1_000), "s1", "192.0.2.1", 4.0)
    event = folding.take()[0].event()
    assert (event.actor, event.session, event.address, event.outcome) == ("p1", "s1", "192.0.2.1", Outcome.SUCCESS)
    record = event.decision
    assert record is not None
    assert (record.effect, record.reasons, record.revision, record.now) == ("permit", ("staff-view",), "r1", 1_000)
    assert (record.app, record.action, record.method, record.route) == ("payroll", "view", "GET", "/run/*")
    assert (record.door, record.micros, record.facts) == ("gateway", 3.0, facts_digest(facts))


def test_whatever_differs_is_an_event_of_its_own() -> None:
    folding, facts = Folding(), facts_about("p1")
    permit = a_permit(facts)
    others = [
        replace(permit, effect=Effect.DENY),
        replace(permit, reasons=(Reason("other", "permit"),)),
        replace(permit, revision="r2"),
        replace(permit, facts=facts_about("p2")),
        replace(permit, request=replace(permit.request, route="/other")),
        replace(permit, request=replace(permit.request, action="edit")),
        replace(permit, request=replace(permit.request, method="POST")),
        replace(permit, request=replace(permit.request, host="other.harbor.example")),
    ]
    folding.add("gateway", permit, "s1", "192.0.2.1", 1.0)
    for other in others:
        folding.add("gateway", other, "s1", "192.0.2.1", 1.0)
        folding.add("gateway", permit, "s1", "192.0.2.1", 1.0)
    folding.add("check", permit, "s1", "192.0.2.1", 1.0)
    folding.add("gateway", permit, "s2", "192.0.2.1", 1.0)
    folding.add("gateway", permit, "s1", "192.0.2.2", 1.0)
    events = [fold.event() for fold in folding.take()]
    assert sum(event.count for event in events) == 1 + 2 * len(others) + 3
    seen = {
        (e.session, e.address, r.effect, r.reasons, r.revision, r.facts, r.route, r.action, r.method, r.host, r.door)
        for e in events
        if (r := e.decision)
    }
    assert len(seen) == 1 + len(others) + 3


def test_a_report_of_the_device_ends_no_folding_and_each_batch_says_what_its_first_decision_saw() -> None:
    folding = Folding()
    request = a_permit(facts_about("p1")).request

    def decided(seen_at: int, now: int) -> str:
        facts = replace(facts_about("p1"), device=Device("d1", known=True, seen_at=seen_at))
        permit = replace(a_permit(facts, now), request=request)
        folding.add("gateway", permit, "s1", "192.0.2.1", 1.0)
        return folding.add("gateway", permit, "s1", "192.0.2.1", 1.0)

    decided(700, 1_000)
    last = decided(800, 1_010)
    first_batch = folding.take()
    decided(800, 1_020)
    second_batch = folding.take()
    (fold,), (later,) = first_batch, second_batch
    assert split_decision_id(last) == (fold.event().id, 4)
    for event in (fold.event(), from_ocsf(msgspec.json.decode(fold.line()))):
        assert (event.decision.now, event.decision.device_seen_at, event.count) == (1_000, 700, 4)
    event = from_ocsf(msgspec.json.decode(later.line()))
    assert (event.decision.now, event.decision.device_seen_at) == (1_020, 800)
    assert event.decision.facts == fold.event().decision.facts


def test_the_line_of_a_fold_is_not_taken_over_from_another_report() -> None:
    """The same facts value joins a fold that an older report began; the next batch begins with it alone."""
    folding = Folding()
    old = a_permit(replace(facts_about("p1"), device=Device("d1", known=True, seen_at=700)), 1_000)
    new = replace(old, facts=replace(old.facts, device=Device("d1", known=True, seen_at=800)), now=1_010)
    for decision in (old, new):
        folding.add("gateway", decision, "s1", "192.0.2.1", 1.0)
    (fold,) = folding.take()
    assert b'"device_seen_at":700' in fold.line()
    for _ in range(2):
        folding.add("gateway", new, "s1", "192.0.2.1", 1.0)
    (fold,) = folding.take()
    assert b'"device_seen_at":800' in fold.line()


def test_a_taken_fold_takes_no_more() -> None:
    folding, facts = Folding(), facts_about("p1")
    first = folding.add("gateway", a_permit(facts), "s1", "192.0.2.1", 1.0)
    (taken,) = folding.take()
    second = folding.add("gateway", a_permit(facts), "s1", "192.0.2.1", 1.0)
    assert taken.count == 1
    assert first.split("-")[0] != second.split("-")[0]
    assert second.endswith("-1")


def test_a_waiting_decision_can_be_looked_at() -> None:
    folding = Folding()
    decision_id = folding.add("gateway", a_permit(facts_about("p1")), "s1", "192.0.2.1", 1.0)
    fold = folding.peek(decision_id.split("-")[0])
    assert fold is not None
    assert fold.count == 1
    assert folding.peek("0" * 24) is None


def test_what_a_watched_policy_would_have_said_is_kept_and_never_folded_into_what_it_would_not() -> None:
    folding, facts = Folding(), facts_about("p1")
    permit = a_permit(facts)
    folding.add("gateway", permit, "s1", "192.0.2.1", 2.0)
    folding.add("gateway", replace(permit, watched=(Reason("watch-risk", "forbid"),)), "s1", "192.0.2.1", 2.0)
    kept = [fold.event().decision for fold in folding.take()]
    assert [record.watched for record in kept if record is not None] == [(), ("watch-risk",)]
