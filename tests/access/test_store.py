"""Requests and grants in the database, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from tests.access.rows import NOW, grant, request

from limen.access import store
from limen.access.model import Approval, RequestState
from limen.clock import DAY, HOUR
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


@pytest.fixture
def reading(database: Database) -> Callable[..., Any]:
    return lambda query, *more: database.read(lambda s: query(s.connection, *more))


@pytest.fixture
def writing(database: Database) -> Callable[..., Any]:
    return lambda query, *more: database.write(lambda t: query(t.connection, *more))


def test_a_request_is_kept_as_it_is_with_its_approvals(reading: Any, writing: Any) -> None:
    made = request(
        steps=(("farid",), ("ines", "maren")),
        escalates_at=NOW + HOUR,
        escalates_to=("ada",),
        ticket="HD-1",
        device_id="d1",
    )
    writing(store.add_request, made)
    assert reading(store.request, "ar_1") == made
    assert reading(store.request, "ar_2") is None
    first = Approval(0, "farid", NOW + 1)
    writing(store.add_approval, "ar_1", first)
    assert reading(store.request, "ar_1") == replace(made, approvals=(first,))
    for again in (Approval(1, "farid", NOW), Approval(0, "ines", NOW)):
        with pytest.raises(IntegrityError):
            writing(store.add_approval, "ar_1", again)
    assert reading(store.open_requests) == [replace(made, approvals=(first,))]


def test_a_decision_is_kept_once(reading: Any, writing: Any) -> None:
    writing(store.add_request, request())
    refused = request(state=RequestState.REFUSED, decided_at=NOW + 1, decided_by="farid", why="no")
    assert writing(store.keep_decision, refused)
    assert not writing(store.keep_decision, replace(refused, state=RequestState.GRANTED))
    assert reading(store.request, "ar_1") == refused
    assert reading(store.open_requests) == []
    writing(store.withdraw, "ar_1", NOW + 2, "oscar")
    assert reading(store.request, "ar_1") == refused


def test_requests_are_listed_and_counted(reading: Any, writing: Any) -> None:
    for number in range(3):
        writing(store.add_request, request(id=f"ar_{number}", asked_at=NOW + number, expires_at=NOW + number + DAY))
    writing(store.withdraw, "ar_1", NOW + 9, "oscar")
    assert [one.id for one in reading(store.requests_of, "oscar")] == ["ar_2", "ar_1", "ar_0"]
    assert [one.id for one in reading(store.open_requests)] == ["ar_0", "ar_2"]
    assert [one.id for one in reading(store.every_request, NOW + 2)] == ["ar_2"]
    assert (reading(store.count_asked, "oscar", NOW + 1), reading(store.count_open)) == (2, 2)
    writing(store.keep_escalated, "ar_2", NOW + 5)
    assert reading(store.escalated) == {"ar_2"}
    assert writing(store.forget_requests, NOW + DAY + 2) == 2
    assert [one.id for one in reading(store.requests_of, "oscar")] == ["ar_2"]


def test_what_somebody_approved_of_open_requests_is_dropped(reading: Any, writing: Any) -> None:
    writing(store.add_request, request(steps=(("farid",), ("ines",))))
    writing(store.add_request, request(id="ar_2", state=RequestState.GRANTED))
    for one in ("ar_1", "ar_2"):
        writing(store.add_approval, one, Approval(0, "farid", NOW))
    assert writing(store.drop_open_approvals_by, "farid") == ["ar_1"]
    assert [len(reading(store.request, one).approvals) for one in ("ar_1", "ar_2")] == [0, 1]


def test_a_grant_is_kept_prolonged_and_ended_once(reading: Any, writing: Any) -> None:
    writing(store.add_grant, grant(device_id="d1"))
    assert reading(store.grant, "gr_1") == grant(device_id="d1")
    assert writing(store.prolong, grant(until=NOW + 2 * HOUR, approvers=("farid", "ines")))
    assert reading(store.grant, "gr_1").until == NOW + 2 * HOUR
    assert writing(store.end_grant, "gr_1", NOW + 5, "farid", "revoked")
    assert not writing(store.end_grant, "gr_1", NOW + 6, "", "expired")
    assert not writing(store.prolong, grant(until=NOW + 3 * HOUR))
    kept = reading(store.grant, "gr_1")
    assert (kept.ended_at, kept.ended_by, kept.why_ended, kept.until) == (NOW + 5, "farid", "revoked", NOW + 2 * HOUR)


def test_grants_are_listed_by_what_is_asked(reading: Any, writing: Any) -> None:
    writing(store.add_grant, grant())
    writing(store.add_grant, grant(id="gr_2", person_id="ines", since=NOW + 1, until=NOW + DAY))
    writing(store.add_grant, grant(id="gr_3", app="wiki", ended_at=NOW + 1))
    ids = {
        "live": [one.id for one in reading(store.live_grants, NOW + 2)],
        "hers": [one.id for one in reading(store.live_grants, NOW + 2, "ines")],
        "his": sorted(one.id for one in reading(store.grants_of, "oscar")),
        "on": [one.id for one in reading(store.grants_on, "oscar", "wiki")],
        "over": [one.id for one in reading(store.run_out, NOW + HOUR)],
        "every": [one.id for one in reading(store.every_grant, NOW + HOUR + 1)],
    }
    assert ids == {
        "live": ["gr_2", "gr_1"],
        "hers": ["gr_2"],
        "his": ["gr_1", "gr_3"],
        "on": ["gr_3"],
        "over": ["gr_1"],
        "every": ["gr_2"],
    }
    assert writing(store.forget_grants, NOW + 2 * HOUR) == 1


def test_what_a_review_ended_could_be_given_back_until_its_time_is_cut(reading: Any, writing: Any) -> None:
    writing(store.add_grant, grant())
    writing(store.add_grant, grant(id="gr_2"))
    assert reading(store.reviewed_grants, NOW) == []
    writing(store.end_grant, "gr_1", NOW + 1, "farid", "reviewed")
    writing(store.end_grant, "gr_2", NOW + 1, "farid", "revoked")
    assert [one.id for one in reading(store.reviewed_grants, NOW + 2, "oscar")] == ["gr_1"]
    assert reading(store.reviewed_grants, NOW + 2, "farid") == []
    writing(store.cut, "gr_1", NOW + 2)
    assert reading(store.reviewed_grants, NOW + 2) == []
    kept = reading(store.grant, "gr_1")
    assert (kept.until, kept.end, kept.why_ended) == (NOW + 2, NOW + 1, "reviewed")


def test_no_open_request_is_left_out_however_many_there_are(reading: Any, writing: Any) -> None:
    """The oldest would be in no inbox, and stay open when its person is let go."""
    several = [request(id=f"ar_{n}", asked_at=NOW + n, steps=(("ines",),)) for n in range(store.MOST_LISTED + 1)]
    several[0] = replace(several[0], steps=(("ines",), ("farid_1",)), escalates_to=("maren",))

    def add(connection: Any) -> None:
        for one in several:
            store.add_request(connection, one)

    writing(add)
    assert [one.id for one in reading(store.open_requests)] == [one.id for one in several]
    assert len(reading(store.open_requests, "ines")) == len(several)
    for who in ("farid_1", "maren"):
        assert [one.id for one in reading(store.open_requests, who)] == ["ar_0"]
    for who in ("farid", "farid%1", "faridx1", "oscar"):
        assert reading(store.open_requests, who) == []
