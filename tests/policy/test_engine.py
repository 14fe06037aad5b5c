from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scene import BERLIN, NOW, VIEW, app, engine_of, facts, tree_of

from limen.clock import DAY, HOUR, MINUTE, SECOND, from_iso
from limen.facts import ANYBODY, UNPROVED, Device, Grant, Label, Person
from limen.policy import Decision, Effect, Engine, Named, PolicyError, Remedy, Request, State
from limen.policy.remedies.next_change import MOST_EDGES, MOST_INSTANTS
from limen.policy.remedies.time_boundaries import Timed

STAFF_VIEW = """
@id("staff-view") @title("Staff read") @reason("Everybody works here.")
permit (principal in Group::"staff", action == Action::"view", resource is App)
when { resource.sensitivity <= 1 && context.auth.strength >= 2 };
"""
FRESH = """
@id("fresh") permit (principal, action, resource)
when { context.auth.strength >= 3 && context.now.durationSince(context.auth.at) <= duration("4h") };
"""
OFFICE_HOURS = """
@id("hours") permit (principal in Group::"staff", action, resource)
when { context.time.weekday <= 5 && context.time.minute >= 480 && context.time.minute < 1080 };
"""
BROKEN = '@id("broken") %s forbid (principal, action, resource) when { context.place.address.isLoopback() };'


def test_what_a_policy_permits_is_permitted_with_its_reason() -> None:
    decision = engine_of(STAFF_VIEW).decide(VIEW, facts(), NOW)
    assert decision.effect is Effect.PERMIT
    (reason,) = decision.reasons
    assert (reason.policy, reason.effect, reason.title, reason.text) == (
        "staff-view",
        "permit",
        "Staff read",
        "Everybody works here.",
    )
    assert (decision.revision, decision.remedies, decision.now) == ("r1", (), NOW)


def test_without_any_policy_everything_is_denied() -> None:
    decision = engine_of("").decide(VIEW, facts(), NOW)
    assert decision.effect is Effect.DENY
    assert decision.reasons[0].policy == Named.NOTHING_PERMITS


def test_a_forbid_wins_and_every_determining_policy_is_named() -> None:
    forbids = "".join(f'@id("no-{n}") forbid (principal, action, resource);' for n in range(3))
    decision = engine_of(STAFF_VIEW + forbids).decide(VIEW, facts(), NOW)
    assert decision.effect is Effect.DENY
    assert [reason.policy for reason in decision.reasons] == ["no-0", "no-1", "no-2"]


def test_an_error_of_an_enforced_forbid_denies_and_names_the_policy() -> None:
    decision = engine_of(STAFF_VIEW + BROKEN % "").decide(VIEW, facts(), NOW)
    assert decision.effect is Effect.DENY
    assert decision.reasons[0].policy == Named.POLICY_ERROR
    assert decision.reasons[0].text.startswith("broken: ")
    assert decision.remedies == ()


@pytest.mark.parametrize("state", ["report-only", "off"])
def test_a_policy_that_is_not_enforced_can_not_deny_not_even_by_an_error(state: str) -> None:
    decision = engine_of(STAFF_VIEW + BROKEN % f'@state("{state}")').decide(VIEW, facts(), NOW)
    assert decision.effect is Effect.PERMIT
    assert [(one.policy, one.effect) for one in decision.watched] == (
        [("broken", "error")] if state == "report-only" else []
    )


def test_a_watched_forbid_is_counted_where_it_would_have_refused() -> None:
    engine = engine_of(
        STAFF_VIEW
        + '@id("w") @state("report-only") forbid (principal, action, resource) when { context.risk.score >= 70 };'
    )
    decision = engine.decide(VIEW, facts(), NOW)
    assert decision.effect is Effect.PERMIT
    assert [(one.policy, one.effect) for one in decision.watched] == [("w", "forbid")]
    assert engine.decide(VIEW, facts(Label.RESTRICTED), NOW).watched == ()


def test_a_watched_permit_is_counted_where_it_would_have_let_in() -> None:
    engine = engine_of('@id("w") @state("report-only") permit (principal, action, resource);')
    decision = engine.decide(VIEW, facts(), NOW)
    assert (decision.effect, decision.watched[0].policy) == (Effect.DENY, "w")


def test_somebody_not_signed_in_is_asked_to_sign_in() -> None:
    decision = engine_of(STAFF_VIEW).decide(VIEW, replace(facts(), person=ANYBODY, auth=UNPROVED), NOW)
    assert decision.effect is Effect.CHALLENGE
    assert decision.reasons[0].policy == Named.NOT_SIGNED_IN
    assert decision.remedies == ((Remedy("sign_in", at_once=True),),)


def test_an_inactive_person_is_denied_whatever_the_policies_say() -> None:
    engine = engine_of('@id("all") permit (principal, action, resource);')
    decision = engine.decide(VIEW, replace(facts(), person=Person("p1", groups=frozenset({"staff"}))), NOW)
    assert (decision.effect, decision.reasons[0].policy) == (Effect.DENY, Named.PERSON_INACTIVE)


def test_an_action_nobody_knows_is_denied() -> None:
    engine = engine_of('@id("all") permit (principal, action, resource);')
    decision = engine.decide(Request("fly"), facts(), NOW)
    assert (decision.effect, decision.reasons[0].policy) == (Effect.DENY, Named.BAD_REQUEST)
    assert decision.valid_until is None


def test_too_weak_a_proof_is_a_challenge_with_the_proofs_that_would_do() -> None:
    decision = engine_of(STAFF_VIEW).decide(VIEW, facts(strength=1), NOW)
    assert decision.effect is Effect.CHALLENGE
    assert [[remedy.kind for remedy in named] for named in decision.remedies] == [["use_passkey"], ["add_factor"]]


def test_a_proof_that_would_not_turn_the_answer_is_not_asked_for() -> None:
    assert engine_of(STAFF_VIEW).decide(VIEW, facts(Label.RESTRICTED, strength=1), NOW).effect is Effect.DENY


def test_an_old_proof_is_asked_for_again_but_never_twice_in_a_row() -> None:
    engine = engine_of(FRESH)
    old = engine.decide(VIEW, facts(at=NOW - 5 * HOUR), NOW)
    assert (old.effect, old.remedies) == (Effect.CHALLENGE, ((Remedy("sign_in_again", at_once=True, strength=3),),))
    impossible = engine_of(
        '@id("i") permit (principal, action, resource) '
        'when { context.now.durationSince(context.auth.at) <= duration("0s") };'
    )
    assert impossible.decide(VIEW, facts(at=NOW - HOUR), NOW).effect is Effect.CHALLENGE
    assert impossible.decide(VIEW, facts(at=NOW - SECOND), NOW).effect is Effect.DENY


def test_outside_the_hours_one_is_told_when_to_come_back() -> None:
    saturday = from_iso("2026-11-28T12:00:00Z")
    decision = engine_of(OFFICE_HOURS).decide(VIEW, facts(), saturday)
    monday = from_iso("2026-11-30T07:00:00Z")
    assert (decision.effect, decision.remedies) == (Effect.DENY, ((Remedy("come_back", at_once=False, at=monday),),))
    assert decision.valid_until == monday


def test_hours_are_those_of_the_company_across_a_change_of_the_clock() -> None:
    engine = engine_of(OFFICE_HOURS)
    friday_in_summer, monday_in_winter = from_iso("2026-10-23T16:30:00Z"), from_iso("2026-10-26T07:00:00Z")
    decision = engine.decide(VIEW, facts(), friday_in_summer)
    assert (decision.effect, decision.valid_until) == (Effect.DENY, monday_in_winter)


def test_a_permit_ends_with_the_hours_or_with_the_proof() -> None:
    assert engine_of(OFFICE_HOURS).decide(VIEW, facts(), NOW).valid_until == from_iso("2026-11-24T17:00:00Z")
    assert engine_of(FRESH).decide(VIEW, facts(), NOW).valid_until == NOW + 3 * HOUR + 1
    assert engine_of(STAFF_VIEW).decide(VIEW, facts(), NOW).valid_until is None


def test_a_date_far_ahead_is_foreseen() -> None:
    engine = engine_of(
        OFFICE_HOURS.replace("context.time.weekday", 'context.now >= datetime("2027-03-14") && context.time.weekday')
    )
    decision = engine.decide(VIEW, facts(), NOW)
    assert decision.effect is Effect.DENY
    assert decision.remedies == ()
    assert decision.valid_until == from_iso("2027-03-15T07:00:00Z")


def test_a_grant_opens_and_ends() -> None:
    engine = engine_of('@id("g") permit (principal, action, resource) when { context.grant.active };')
    grant = Grant("g1", "wiki", frozenset({"view"}), NOW + 20 * MINUTE)
    decision = engine.decide(VIEW, facts(grants=(grant,)), NOW)
    assert (decision.effect, decision.valid_until) == (Effect.PERMIT, NOW + 20 * MINUTE)
    assert engine.decide(Request("edit"), facts(grants=(grant,)), NOW).effect is Effect.DENY
    assert engine.decide(VIEW, facts(grants=(replace(grant, app="crm"),)), NOW).effect is Effect.DENY


def test_the_same_facts_serve_engines_of_two_revisions() -> None:
    known = facts()
    assert engine_of(STAFF_VIEW).decide(VIEW, known, NOW).effect is Effect.PERMIT
    assert engine_of("").decide(VIEW, known, NOW).effect is Effect.DENY


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(PolicyError, match="no such @state; use off, report-only or enforce"):
        Engine(tree_of('@id("a") @state("observe") permit (principal, action, resource);'), "r1", BERLIN)


def test_a_comparison_whose_change_can_not_be_foreseen_is_refused() -> None:
    with pytest.raises(PolicyError, match="policy a "):
        engine_of(
            '@id("a") permit (principal, action, resource) when { [context.now].contains(datetime("2027-01-01")) };'
        )


def test_the_app_in_the_facts_is_the_one_decided_about() -> None:
    engine = engine_of('@id("a") permit (principal, action, resource == App::"crm");')
    assert engine.decide(VIEW, replace(facts(), app=app(app_id="crm")), NOW).is_permit
    assert not engine.decide(VIEW, facts(), NOW + DAY).is_permit


def test_a_refusal_stays_quick_whatever_the_policies_compare_the_clock_with() -> None:
    many = "".join(
        f'@id("p{n}") permit (principal, action, resource) when {{ context.time.minute == {n} && context.risk.known }};'
        for n in range(MOST_EDGES + 1)
    )
    looked_at: list[int] = []
    engine = engine_of(many)
    calendar = engine.calendar

    class Counting(type(calendar)):  # type: ignore[misc]
        def at(self, now):
            looked_at.append(now)
            return calendar.at(now)

    engine.calendar = engine._next_change._calendar = Counting(BERLIN)
    assert engine.decide(VIEW, facts(), NOW).remedies == ()
    assert len(looked_at) < MOST_INSTANTS + 10


def test_a_comparison_that_many_policies_share_is_looked_at_once() -> None:
    text = "".join(
        f'@id("p{n}") permit (principal, action, resource) when {{ context.time.minute >= 720 }};'
        for n in range(MOST_EDGES + 1)
    )
    ((remedy,),) = engine_of(text).decide(VIEW, facts(), NOW).remedies
    assert (remedy.kind, remedy.at) == ("come_back", from_iso("2026-11-24T11:00:00Z"))


STATES = engine_of(
    """
    @id("anybody") permit (principal, action, resource);
    @id("evening") @state("report-only") forbid (principal, action, resource) when { context.time.minute >= 1080 };
    @id("night") @state("off") forbid (principal, action, resource) when { context.time.minute < 360 };
    """
)


def spoke(decision: Decision) -> list[str]:
    return [reason.policy for reason in decision.reasons]


def test_some_policies_can_be_taken_to_be_enforced() -> None:
    other = STATES.enforcing(["night", "evening"])
    assert other.states == dict.fromkeys(STATES.states, State.ENFORCE)
    assert STATES.states["night"] is State.OFF
    at = {hour: NOW - NOW % DAY + hour * HOUR for hour in (1, 11, 20)}
    said = {hour: other.decide(Request("view"), facts(), now) for hour, now in at.items()}
    assert {hour: spoke(one) for hour, one in said.items()} == {1: ["night"], 11: ["anybody"], 20: ["evening"]}
    assert [one.watched for one in said.values()] == [(), (), ()]
    assert STATES.decide(Request("view"), facts(), at[20]).is_permit
    until = other.valid_until(Request("view"), facts(), at[11])
    assert until is not None
    assert until > at[11]
    assert STATES.valid_until(Request("view"), facts(), at[11]) is None


def test_such_an_engine_is_the_one_that_its_own_tree_makes() -> None:
    other = STATES.enforcing(["night"])
    again = Engine(other.tree, "r1", BERLIN)
    assert again.states == other.states
    assert again.in_state(State.REPORT_ONLY) == other.in_state(State.REPORT_ONLY)
    for hour in range(24):
        now = NOW + hour * HOUR
        one, two = (each.decide(Request("view"), facts(), now) for each in (other, again))
        assert (one.effect, one.reasons, one.watched) == (two.effect, two.reasons, two.watched)
        assert one.remedies == two.remedies


def test_policies_that_are_enforced_already_make_no_other_engine() -> None:
    assert STATES.enforcing(["anybody", "nobody-wrote-this"]) is STATES


def test_policies_that_were_read_before_are_not_read_again() -> None:
    tree = tree_of(OFFICE_HOURS + FRESH)
    first = Engine(tree, "r1", BERLIN)
    second = Engine(tree, "r1", BERLIN, read={policy.id: Timed.of(policy) for policy in first.policies})
    assert [id(one) for one in second.policies] == [id(one) for one in first.policies]
    for at in (NOW, NOW + 7 * HOUR):
        assert second.valid_until(VIEW, facts(), at) == first.valid_until(VIEW, facts(), at)


def test_a_device_whose_tie_is_over_is_asked_for_its_proof_and_nothing_else() -> None:
    engine = engine_of(
        '@id("p") permit (principal, action, resource) when { context.device.compliance == "compliant" };'
    )
    known = facts(device=Device("d1", True, "compliant", binding=1, bound_until=NOW + MINUTE))
    assert engine.decide(VIEW, known, NOW).effect is Effect.PERMIT
    over = engine.decide(VIEW, known, NOW + MINUTE)
    assert (over.effect, [one.kind for one in over.at_once]) == (Effect.CHALLENGE, ["prove_device"])
    unhealthy = facts(device=Device("d1", True, "non_compliant", binding=1, bound_until=NOW + MINUTE))
    assert engine.decide(VIEW, unhealthy, NOW + MINUTE).effect is Effect.DENY


def test_nothing_opens_before_the_first_day_and_its_beginning_is_foreseen() -> None:
    engine = engine_of(STAFF_VIEW + OFFICE_HOURS)
    begins = from_iso("2026-12-01T00:00:00+01:00")
    assert engine.calendar.beginning("2026-12-01") == begins
    new = facts(person=replace(facts().person, first_day="2026-12-01"))
    for now in (NOW, begins - 1):
        decision = engine.decide(VIEW, new, now)
        assert (decision.effect, decision.reasons[0].policy, decision.remedies) == (Effect.DENY, Named.NOT_STARTED, ())
        assert engine.unchanged_until(VIEW, new, now) is not None
    assert engine.valid_until(VIEW, new, NOW) == begins
    assert engine.decide(VIEW, new, begins).effect is engine.decide(VIEW, facts(), begins).effect
    assert engine.decide(VIEW, new, begins).reasons[0].policy != Named.NOT_STARTED
    over = facts(person=replace(facts().person, first_day="2020-01-01"))
    assert engine.decide(VIEW, over, NOW).reasons == engine.decide(VIEW, facts(), NOW).reasons


def test_an_account_that_ends_opens_nothing_from_that_instant_on() -> None:
    engine, ending = engine_of(STAFF_VIEW), facts(person=replace(facts().person, ends_at=NOW + HOUR))
    assert engine.decide(VIEW, ending, NOW + HOUR - 1).effect is Effect.PERMIT
    late = engine.decide(VIEW, ending, NOW + HOUR)
    assert (late.effect, late.reasons[0].policy) == (Effect.DENY, Named.PERSON_INACTIVE)
    assert engine.valid_until(VIEW, ending, NOW) == NOW + HOUR
    assert engine.unchanged_until(VIEW, ending, NOW) == NOW + HOUR
    assert engine.valid_until(VIEW, ending, NOW + HOUR) is None
