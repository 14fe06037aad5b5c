"""Newly reachable is exact: what differs is told, what is told differs, and within a description nothing is kept."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.laws.decision_cases import START, ZONES, facts_at, policy_texts
from tests.policy.scene import app, tree_of

from limen.clock import DAY
from limen.facts import ANYBODY, Facts, Label, Person
from limen.policy import Effect, Engine, Request
from limen.policy.access_diff.diff import Move, Reach, newly_reachable, reach_of_moves

PEOPLE = (
    Person("p1", "Ana", "", frozenset({"staff"}), active=True),
    Person("p2", "Ben", "", frozenset(), active=True),
    Person("p3", "Cem", "", frozenset({"staff"}), active=True),
)
APPS = (app(Label.CONFIDENTIAL), app(Label.PUBLIC, "handbook"))
ACTIONS = ("view", "edit", "download")


@st.composite
def changes(draw: st.DrawFn) -> tuple[Engine, Engine]:
    """Policies, and the same with some left out, some put in."""
    texts = [draw(policy_texts(f"p{number}")) for number in range(draw(st.integers(1, 5)))]
    sides = [[text for text in texts if draw(st.integers(0, 3))] for _ in range(2)]
    zone = draw(st.sampled_from(ZONES))
    before, after = (Engine(tree_of("\n".join(side)), "r", ZoneInfo(zone)) for side in sides)
    return before, after


@st.composite
def asked(draw: st.DrawFn, now: int) -> tuple[Request, Facts]:
    known = draw(facts_at(now))
    person = draw(st.sampled_from(PEOPLE))
    chosen = draw(st.sampled_from(APPS))
    grants = tuple(replace(one, app=chosen.id) for one in known.grants)
    if known.person.id:
        known = replace(known, person=person, grants=grants)
    return Request(draw(st.sampled_from(ACTIONS))), replace(known, app=chosen)


def told(reach: Reach, facts: Facts, request: Request, now: int, engine: Engine, *, gains: bool) -> bool:
    return any(one.gains is gains and one.covers(facts, request, now, engine.calendar) for one in reach.differences)


@settings(max_examples=size(60, least=3))
@given(data=st.data(), sides=changes())
def test_every_request_that_is_answered_differently_is_told_and_no_other(data, sides) -> None:
    before, after = sides
    reach = newly_reachable(before, after, PEOPLE, APPS, since=START)
    for _ in range(12):
        now = data.draw(st.integers(START, START + 10 * DAY))
        request, facts = data.draw(asked(now))
        was, will = (one.decide(request, facts, now).effect is Effect.PERMIT for one in sides)
        gains, loses = (told(reach, facts, request, now, after, gains=way) for way in (True, False))
        if reach.is_exhaustive:
            assert gains or not will or was
            assert loses or not was or will
            precise = [one for one in reach.differences if not one.is_partial]
            if was and will:
                assert not any(one.covers(facts, request, now, after.calendar) for one in precise)


@settings(max_examples=size(60, least=3))
@given(sides=changes())
def test_each_difference_that_is_told_has_a_request_that_shows_it(sides) -> None:
    before, after = sides
    for one in newly_reachable(before, after, PEOPLE, APPS, since=START).differences:
        request, facts, now = one.witness.request, one.witness.facts, one.witness.now
        was, will = (engine.decide(request, facts, now).effect is Effect.PERMIT for engine in sides)
        assert (was, will) == (not one.gains, one.gains)
        assert one.covers(facts, request, now, after.calendar)
        assert now >= START


@settings(max_examples=size(25, least=2))
@given(sides=changes())
def test_the_same_policies_differ_in_nothing_and_the_way_back_is_the_mirror(sides) -> None:
    before, after = sides
    same = newly_reachable(before, before, PEOPLE, APPS, since=START)
    assert (same.differences, same.is_exhaustive) == ((), True)
    there, back = (
        newly_reachable(before, after, PEOPLE, APPS, since=START),
        newly_reachable(after, before, PEOPLE, APPS, since=START),
    )
    touched = [
        {
            (p, a, x)
            for one in reach.differences
            if one.gains is way
            for p in one.people
            for a in one.apps
            for x in one.actions
        }
        for reach, way in ((there, True), (back, False))
    ]
    if there.is_exhaustive:
        assert touched[0] == touched[1]


def test_a_young_proof_without_factors_is_shown_by_a_programs_token() -> None:
    """Factors are read and strength is not: what has none and is young all the same is no unproved person."""
    every = '@id("every") permit (principal, action, resource == App::"wiki");'
    young = """@id("young") forbid (principal, action == Action::"view", resource is App)
        unless { !(context.device.compliance == "compliant" || context.risk.score < 6) }
        unless {
          context.auth.at.offset(duration("97h")) > context.now || context.auth.factors.contains("passkey") ||
          context.time.weekday * 1440 + context.time.minute >= 9424
        };"""
    before, after = (Engine(tree_of(text), "r", ZoneInfo("UTC")) for text in ("", every + young))
    differences = newly_reachable(before, after, PEOPLE, APPS, since=START).differences
    assert differences
    for one in differences:
        assert one.covers(one.witness.facts, one.witness.request, one.witness.now, after.calendar)


def test_a_stranger_is_a_kind_of_person() -> None:
    opened = Engine(tree_of('@id("open") permit (principal, action, resource);'), "r", ZoneInfo("UTC"))
    closed = Engine(tree_of(""), "r", opened.zone)
    (one,) = newly_reachable(closed, opened, [], APPS, since=START).differences
    assert one.people == (ANYBODY.id,)


@settings(max_examples=size(60, least=3))
@given(data=st.data(), sides=changes())
def test_requests_that_become_another_action_are_told_as_the_two_sides_answer_them(data, sides) -> None:
    before, after = sides
    move = Move(APPS[0].id, "edit", "view")
    reach = reach_of_moves(before, after, PEOPLE, APPS, [move], since=START, apps_before=APPS)[move]
    for one in reach.differences:
        shown = one.witness
        was = before.decide(replace(shown.request, action="edit"), shown.facts, shown.now).is_permit
        will = after.decide(shown.request, shown.facts, shown.now).is_permit
        assert (was, will) == (not one.gains, one.gains)
    for _ in range(12):
        now = data.draw(st.integers(START, START + 10 * DAY))
        _, facts = data.draw(asked(now))
        if facts.grants:
            continue  # a grant is for one action: with it the two requests do not differ in their action alone
        facts = replace(facts, app=APPS[0])
        was, will = (
            one.decide(Request(what), facts, now).is_permit for one, what in ((before, "edit"), (after, "view"))
        )
        if reach.is_exhaustive:
            assert told(reach, facts, Request("view"), now, after, gains=True) or not will or was
            assert told(reach, facts, Request("view"), now, after, gains=False) or not was or will


def test_workloads_are_looked_at_with_what_tokens_can_prove() -> None:
    service = Person("backup", active=True, is_workload=True)
    text = '@id("w") permit (principal is Workload, action, resource) when { context.auth.strength >= %s };'
    engines = {strength: Engine(tree_of(text % strength), "r", ZoneInfo("UTC")) for strength in (1, 3)}
    nothing = Engine(tree_of(""), "r", ZoneInfo("UTC"))
    for strength, who in ((1, {("backup",)}), (3, set())):
        found = newly_reachable(nothing, engines[strength], [*PEOPLE, service], APPS, since=START)
        assert {one.people for one in found.differences} == who
        assert found.is_exhaustive
