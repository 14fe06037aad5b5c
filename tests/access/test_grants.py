"""What is done with grants, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.access.rows import NOW, STAND_IN, KeptNotices, grant, occasion, request

from limen.access import grants, store
from limen.access.errors import NotYoursError, UnknownGrantError, UsedUpError
from limen.access.model import Approval, EndedBy, RequestState
from limen.clock import DAY, HOUR
from limen.storage import Database, Transaction

APPROVED = request(state=RequestState.GRANTED, approvals=(Approval(0, "farid", NOW),), length_ms=2 * HOUR)


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def test_what_was_approved_is_given_from_now_on_and_told(database: Database) -> None:
    notices = KeptNotices()
    given = database.write(lambda t: grants.give(occasion(t, "farid", notices=notices), APPROVED, STAND_IN))
    assert (given.since, given.until, given.approvers) == (NOW, NOW + 2 * HOUR, ("farid",))
    assert database.read(lambda s: store.grant(s.connection, given.id)) == given
    assert notices.told == ["granted oscar"]


def test_what_is_left_is_given_and_nothing_where_nothing_is(database: Database) -> None:
    had = grant(id="gr_0", since=NOW - 23 * HOUR, until=NOW)
    database.write(lambda t: store.add_grant(t.connection, had))
    given = database.write(lambda t: grants.give(occasion(t), APPROVED, STAND_IN))
    assert given.until == NOW + HOUR
    later = occasion_at(NOW + HOUR)
    with pytest.raises(UsedUpError):
        database.write(lambda t: grants.give(later(t), APPROVED, STAND_IN))
    with pytest.raises(UsedUpError):
        database.write(lambda t: grants.refuse_used_up(later(t), APPROVED, STAND_IN))


def occasion_at(now: int) -> Any:
    return lambda transaction: occasion(transaction, now=now)


def test_an_extension_moves_the_end_and_never_back(database: Database) -> None:
    database.write(lambda t: store.add_grant(t.connection, grant(until=NOW + 3 * HOUR)))
    more = request(extends="gr_1", approvals=(Approval(0, "ines", NOW),), length_ms=2 * HOUR)
    same = database.write(lambda t: grants.give(occasion(t), more, STAND_IN))
    assert (same.id, same.until, same.approvers) == ("gr_1", NOW + 3 * HOUR, ("farid", "ines"))
    longer = database.write(lambda t: grants.give(occasion(t, now=NOW + 2 * HOUR), more, STAND_IN))
    assert longer.until == NOW + 4 * HOUR
    with pytest.raises(UnknownGrantError):
        database.write(lambda t: grants.give(occasion(t, now=NOW + 5 * HOUR), more, STAND_IN))


def test_who_may_end_one(database: Database) -> None:
    for number in (1, 2, 3):
        database.write(lambda t, n=number: store.add_grant(t.connection, grant(id=f"gr_{n}")))  # type: ignore[misc]

    def revoke(transaction: Transaction, grant_id: str, by: str, *, is_administrator: bool = False) -> object:
        return grants.revoke(occasion(transaction, by), grant_id, "", is_administrator=is_administrator)

    with pytest.raises(NotYoursError):
        database.write(lambda t: revoke(t, "gr_1", "ines"))
    with pytest.raises(NotYoursError):
        database.write(lambda t: grants.give_back(occasion(t, "ines"), "gr_1"))
    database.write(lambda t: grants.give_back(occasion(t, "oscar"), "gr_1"))
    database.write(lambda t: revoke(t, "gr_2", "farid"))
    database.write(lambda t: revoke(t, "gr_3", "ines", is_administrator=True))
    assert database.read(lambda s: store.live_grants(s.connection, NOW)) == []
    with pytest.raises(UnknownGrantError):
        database.write(lambda t: revoke(t, "gr_3", "farid"))


def test_several_are_ended_once(database: Database) -> None:
    several = [grant(id="gr_1"), grant(id="gr_2")]
    for one in several:
        database.write(lambda t, one=one: store.add_grant(t.connection, one))  # type: ignore[misc]
    ended = [
        database.write(lambda t: grants.end_several(t, several, NOW + DAY // 48, "", EndedBy.MOVED)) for _ in range(2)
    ]
    assert ended == [2, 0]


@pytest.mark.parametrize("why", ["x" * 20_000, "turned \u202ewriting", "\x1b[2J"])
def test_why_one_was_revoked_is_one_line_that_fits_or_nothing(database: Database, why: str) -> None:
    database.write(lambda t: store.add_grant(t.connection, grant()))
    database.write(lambda t: grants.revoke(occasion(t, "ada"), grant().id, why, is_administrator=True))
    kept = database.read(lambda s: store.grant(s.connection, grant().id))
    assert kept is not None
    assert (kept.ended_by, kept.why_ended) == ("ada", EndedBy.REVOKED)
