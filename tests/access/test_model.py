"""The nouns of access. What holds of them whatever is done stands in tests/laws/test_grants.py."""

from __future__ import annotations

import pytest
from tests.access.rows import NOW, grant, request

from limen.access.errors import AccessError, DecidedError, NotYoursError
from limen.access.model import RequestState, approved, can_be_filled, end_of, had_for, refused, shortened, withdrawn
from limen.clock import DAY, HOUR, MINUTE


def test_a_request_is_over_by_its_time_and_nobody_comes_by() -> None:
    made = request()
    assert made.state_at(made.expires_at - 1) is RequestState.OPEN
    assert made.state_at(made.expires_at) is RequestState.EXPIRED
    assert made.approvers(made.expires_at) == frozenset()
    with pytest.raises(DecidedError):
        approved(made, "farid", made.expires_at)


def test_others_may_approve_from_an_instant_on() -> None:
    made = request(escalates_at=NOW + HOUR, escalates_to=("ines", "oscar"))
    assert made.approvers(NOW) == {"farid", "greta"}
    assert made.approvers(NOW + HOUR) == {"farid", "greta", "ines"}


def test_a_decision_is_kept_with_who_made_it() -> None:
    granted = approved(request(), "farid", NOW)
    assert (granted.state, granted.decided_by, granted.step) == (RequestState.GRANTED, "farid", 1)
    said_no = refused(request(), "greta", "no", NOW)
    assert (said_no.state, said_no.why) == (RequestState.REFUSED, "no")
    with pytest.raises(NotYoursError):
        withdrawn(request(), "farid", NOW)
    assert withdrawn(request(), "", NOW).state is RequestState.WITHDRAWN


def test_a_request_is_approved_for_less_time_and_never_for_more() -> None:
    asked = request(length_ms=2 * HOUR)
    assert shortened(asked, 0) == asked
    assert [shortened(asked, length).length_ms for length in (MINUTE, HOUR, 2 * HOUR)] == [MINUTE, HOUR, 2 * HOUR]
    for length in (-1, 1, MINUTE - 1, 2 * HOUR + 1):
        with pytest.raises(AccessError):
            shortened(asked, length)


def test_a_grant_is_active_from_its_beginning_to_its_end() -> None:
    made = grant(until=NOW + HOUR)
    assert [made.is_active(at) for at in (NOW - 1, NOW, NOW + HOUR - 1, NOW + HOUR)] == [False, True, True, False]
    ended = grant(ended_at=NOW + MINUTE)
    assert (ended.end, ended.is_active(NOW + MINUTE)) == (NOW + MINUTE, False)
    assert grant(ended_at=NOW + DAY).end == NOW + HOUR
    assert made.is_about("crm", ("edit", "view"))
    assert not made.is_about("crm", ("edit",))
    assert not made.is_about("wiki", ("view",))


def test_what_is_left_of_the_bound_is_granted_and_less_than_a_minute_is_not() -> None:
    past = [grant(since=NOW - 3 * HOUR, until=NOW - HOUR), grant(since=NOW - 2 * HOUR, until=NOW + DAY)]
    assert had_for(past, NOW, MINUTE) == 3 * HOUR
    bounds = {"longest": 8 * HOUR, "cool_down": MINUTE}
    assert end_of(past, NOW, 2 * HOUR, total=4 * HOUR, **bounds) == NOW + HOUR
    assert end_of(past, NOW, 2 * HOUR, total=3 * HOUR + MINUTE - 1, **bounds) == NOW
    assert end_of([], NOW, 2 * HOUR, total=DAY, longest=HOUR, cool_down=MINUTE) == NOW + HOUR


def test_two_steps_need_two_people() -> None:
    assert not can_be_filled((frozenset({"a"}), frozenset({"a"})))
    assert can_be_filled((frozenset({"a", "b"}), frozenset({"a"})))
