"""Laws of requests and grants: nobody's own, decided once, by different people, never longer in sum than allowed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.access.errors import AccessError, DecidedError
from limen.access.model import (
    SHORTEST,
    AccessRequest,
    HeldGrant,
    RequestState,
    approved,
    can_be_filled,
    end_of,
    had_for,
    refused,
    withdrawn,
)
from limen.clock import HOUR, MINUTE

NAMES = ["ask", "ann", "ben", "cem", "dia"]
people = st.sampled_from(NAMES)
steps = st.lists(st.lists(people, max_size=5, unique=True).map(tuple), min_size=1, max_size=3).map(tuple)


@st.composite
def requests(draw: st.DrawFn) -> AccessRequest:
    return AccessRequest(
        id="ar_1",
        person_id="ask",
        app="wiki",
        actions=("view",),
        length_ms=HOUR,
        reason="to help out",
        rule="r",
        asked_at=0,
        expires_at=draw(st.integers(1, 200)),
        steps=draw(steps),
        escalates_at=draw(st.integers(0, 200)),
        escalates_to=draw(st.lists(people, max_size=3, unique=True).map(tuple)),
    )


deeds = st.lists(
    st.tuples(st.sampled_from(["approve", "refuse", "withdraw"]), people, st.integers(0, 250)), max_size=12
)


@settings(max_examples=size(2_000))
@given(requests(), deeds)
def test_a_request_is_decided_once_by_different_people_and_never_by_who_asks(
    request: AccessRequest, done: list[tuple[str, str, int]]
) -> None:
    decided: list[RequestState] = []
    for deed, who, at in sorted(done, key=lambda one: one[2]):
        before = request
        assert "ask" not in request.approvers(at)
        try:
            match deed:
                case "approve":
                    request = approved(request, who, at)
                case "refuse":
                    request = refused(request, who, "", at)
                case _:
                    request = withdrawn(request, who, at)
        except DecidedError:
            assert before.state_at(at) is not RequestState.OPEN
            continue
        except AccessError:
            assert before.state_at(at) is RequestState.OPEN
            continue
        assert before.state_at(at) is RequestState.OPEN
        if request.state is not RequestState.OPEN:
            decided.append(request.state)
        by = [one.approver_id for one in request.approvals]
        assert len(by) == len(set(by))
        assert "ask" not in by
        for one in request.approvals:
            late = request.escalates_at and one.at >= request.escalates_at
            assert one.approver_id in request.steps[one.step] or (late and one.approver_id in request.escalates_to)
            assert one.at < request.expires_at
    assert len(decided) <= 1
    if request.state is RequestState.GRANTED:
        assert len(request.approvals) == len(request.steps)


spells = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 60), st.one_of(st.none(), st.integers(0, 40))), min_size=1, max_size=25
)


@settings(max_examples=size(2_000))
@given(spells, st.integers(1, 60), st.integers(1, 120), st.integers(1, 30))
def test_whatever_is_extended_nobody_has_it_longer_in_one_go_than_the_bound(
    asked: list[tuple[int, int, int | None]], longest: int, total: int, cool_down: int
) -> None:
    """Minute by minute, held against what a brute count of the minutes says."""
    total = max(total, longest)
    now, held = 0, list[HeldGrant]()
    for pause, length, ended_after in asked:
        now += pause * MINUTE
        until = end_of(
            held,
            now,
            length * MINUTE,
            longest=longest * MINUTE,
            total=total * MINUTE,
            cool_down=cool_down * MINUTE,
        )
        assert now <= until <= now + min(length, longest) * MINUTE
        if until == now:
            continue
        assert until - now >= SHORTEST
        new = HeldGrant(
            id=f"g{len(held)}",
            request_id="ar",
            person_id="ask",
            app="wiki",
            actions=("view",),
            since=now,
            until=until,
            rule="r",
        )
        if ended_after is not None:
            new = replace(new, ended_at=now + ended_after * MINUTE)
        held.append(new)
    minutes = {at for one in held for at in range(one.since // MINUTE, one.end // MINUTE)}
    had, last = 0, None
    for at in sorted(minutes):
        had = had + 1 if last is not None and at - last - 1 <= cool_down else 1
        last = at
        assert had <= total
    assert all(not one.is_active(one.until) and not one.is_active(one.end) for one in held)


@settings(max_examples=size(1_000))
@given(spells, st.integers(1, 30))
def test_what_somebody_had_is_the_union_of_what_they_held(asked: list[tuple[int, int, int | None]], pause: int) -> None:
    now, held = 0, list[HeldGrant]()
    for gap, length, _ in asked:
        now += gap * MINUTE
        held.append(
            HeldGrant(
                id=str(now),
                request_id="",
                person_id="a",
                app="w",
                actions=("view",),
                since=now,
                until=now + length * MINUTE,
                rule="r",
            )
        )
    minutes = sorted(
        {at for one in held for at in range(one.since // MINUTE, min(one.end, now) // MINUTE)}, reverse=True
    )
    had, reached = 0, now // MINUTE
    for at in minutes:
        if reached - at - 1 > pause:
            break
        had, reached = had + 1, at
    assert had_for(held, now, pause * MINUTE) == had * MINUTE


@settings(max_examples=size(1_000))
@given(st.lists(st.frozensets(people, max_size=4), max_size=4).map(tuple))
def test_steps_can_be_filled_where_some_choice_of_different_people_fills_them(
    steps: tuple[frozenset[str], ...],
) -> None:
    def some(left: tuple[frozenset[str], ...], taken: frozenset[str]) -> bool:
        return not left or any(some(left[1:], taken | {one}) for one in left[0] - taken)

    assert can_be_filled(steps) is some(steps, frozenset())
