"""For each cause, what ends: grants and requests, and what was approved by an account in other hands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.access.rows import NOW, grant, request

from limen import credentials
from limen.access import store
from limen.access.credentials import is_still_asked_as
from limen.access.model import Approval
from limen.clock import HOUR
from limen.credentials import CREDENTIALS, Cause, Ending, Stays
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    opened.write(lambda t: store.add_grant(t.connection, grant()))
    opened.write(lambda t: store.add_grant(t.connection, grant(id="gr_2", person_id="ines", approvers=("oscar",))))
    opened.write(lambda t: store.add_request(t.connection, request()))
    opened.write(
        lambda t: store.add_request(t.connection, request(id="ar_2", person_id="ines", steps=(("oscar",), ("x",))))
    )
    opened.write(lambda t: store.add_approval(t.connection, "ar_2", Approval(0, "oscar", NOW)))
    yield opened
    opened.close()


def left(database: Database) -> tuple[list[str], list[str], int]:
    """The grants that live, the requests that are open, and how many approvals those have."""
    live = database.read(lambda s: store.live_grants(s.connection, NOW + 1))
    waiting = database.read(lambda s: store.open_requests(s.connection))
    ids = sorted(one.id for one in live), sorted(one.id for one in waiting)
    return *ids, sum(len(one.approvals) for one in waiting)


@pytest.mark.parametrize(
    ("cause", "more", "expected"),
    [
        (Cause.DEACTIVATED, {}, (["gr_2"], ["ar_2"], 0)),
        (Cause.MOVED, {"groups": frozenset({"guests"})}, (["gr_2"], ["ar_2"], 0)),
        (Cause.MOVED, {"groups": frozenset({"staff", "hr"})}, (["gr_1", "gr_2"], ["ar_2"], 0)),
        (Cause.SIGNED_OUT, {}, (["gr_2"], ["ar_1", "ar_2"], 1)),
        (Cause.SIGNED_OUT, {"but_session": "s_1"}, (["gr_1", "gr_2"], ["ar_1", "ar_2"], 1)),
        (Cause.LOST, {"passkey": "k_1"}, (["gr_1", "gr_2"], ["ar_1", "ar_2"], 1)),
        (Cause.STOLEN, {}, ([], ["ar_2"], 0)),
        (Cause.RESTORED, {"holder": ""}, ([], [], 0)),
        (Cause.ERASED, {}, (["gr_2"], ["ar_2"], 1)),
    ],
)
def test_each_cause_ends_what_it_has_to(
    database: Database, cause: Cause, more: dict[str, object], expected: tuple[list[str], list[str], int]
) -> None:
    ending = Ending(**{"cause": cause, "now": NOW + 1, "holder": "oscar", **more})  # type: ignore[arg-type]
    for name in ("grants", "access_requests"):
        how = CREDENTIALS[name].how(cause)
        if not isinstance(how, Stays):
            database.write(lambda t, how=how: how(t, ending))  # type: ignore[misc]
            assert database.write(lambda t, how=how: how(t, ending)) == 0 or cause is Cause.ERASED  # type: ignore[misc]
    assert left(database) == expected


def test_everything_that_ends_access_asks_these_kinds(database: Database) -> None:
    ended = database.write(
        lambda t: credentials.end(t, Ending(cause=Cause.DEACTIVATED, holder="oscar", now=NOW + HOUR // 2))
    )
    assert (ended["grants"], ended["access_requests"]) == (1, 1)


def test_somebody_may_still_have_it_while_one_of_the_groups_is_left() -> None:
    assert is_still_asked_as(grant(asked_as=("staff", "hr")), frozenset({"hr"}))
    assert is_still_asked_as(grant(asked_as=("everyone",)), frozenset())
    assert not is_still_asked_as(grant(), frozenset({"hr"}))
