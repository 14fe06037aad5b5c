# ruff: noqa: F401, F811 -- fixtures are imported by name, and tests take them by the same name
"""Rows of reviews go to somebody else, but for those about themselves; requests are named."""

from __future__ import annotations

from tests.access.at_harbor import AtHarbor, Colleague, farid, harbor, oscar
from tests.access.reviews.made import REVIEW, row
from tests.storage.conftest import database

from limen.access.holdings import HOLDINGS
from limen.access.reviews import store as reviews
from limen.access.reviews.model import Verdict
from limen.facts import Person
from limen.storage import Database


async def test_requests_that_wait_for_them_are_named(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    request = await oscar.asks()
    known, kind = harbor.house.limen.known.people, HOLDINGS[2]
    database, now = harbor.house.limen.database, harbor.house.clock.now()
    assert [one.id for one in database.read(lambda s: kind.list(s.connection, known[farid.id], now))] == [request.id]
    assert database.read(lambda s: kind.list(s.connection, known[oscar.id], now)) == []
    assert kind.hand_over is None


def test_rows_that_wait_go_to_whoever_takes_over_but_those_about_themselves(database: Database) -> None:
    (kind, _, _), ben, mia = HOLDINGS, Person("p_ben"), Person("p_mia")
    rows = [
        row(id="rr_1", person_id="p_ida", reviewers=("p_ben", "p_ada")),
        row(id="rr_2", person_id="p_mia", reviewers=("p_ben",)),
        row(id="rr_3", person_id="p_ida", reviewers=("p_ben",), verdict=Verdict.KEEP),
    ]
    database.write(lambda t: reviews.add_review(t.connection, REVIEW, rows))
    assert [one.id for one in database.read(lambda s: kind.list(s.connection, ben, 9))] == [REVIEW.id]
    move = kind.hand_over
    assert move is not None
    assert database.write(lambda t: move(t, ["rv_other"], ben, mia, 9, "p_ada")) == 0
    assert database.write(lambda t: move(t, [REVIEW.id], ben, mia, 9, "p_ada")) == 1
    held = {one.id: one for one in database.read(lambda s: reviews.rows(s.connection, REVIEW.id))}
    assert (held["rr_1"].reviewers, held["rr_1"].version) == (("p_mia", "p_ada"), rows[0].version + 1)
    assert [held[one].reviewers for one in ("rr_2", "rr_3")] == [("p_ben",)] * 2
