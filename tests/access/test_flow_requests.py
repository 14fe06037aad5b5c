"""Requests for flows in the database: asked, approved step by step, refused where the network is another by now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.access.rows import BASIS, NOW, KeptNotices, occasion
from tests.access.test_terms import RULE, judged

from limen.access import flow_requests, requests, store
from limen.access.errors import AccessError, ChangedError, NobodyError, NoRuleError, NotYoursError, TooManyError
from limen.access.model import AccessRequest, RequestState
from limen.clock import DAY
from limen.facts.access_rules import Approvers
from limen.storage import Database

WITH_FLOWS = replace(BASIS, rules=replace(BASIS.rules, flows=RULE))
PURPOSE = "Orders of the warehouse"
OF_SALES = judged("sales")


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


@pytest.fixture
def does(database: Database) -> Any:
    """`does(by, work)`, or with a `basis` and `notices`."""

    def do(by: str, work: Any, **more: Any) -> Any:
        said = {"basis": WITH_FLOWS, **more}
        return database.write(lambda t: work(occasion(t, by=by, **said)))

    return do


def ask(of: Any = OF_SALES, purpose: str = PURPOSE, person: str = "oscar") -> Any:
    return lambda at: flow_requests.ask(at, person, of, purpose)


def approve(one: AccessRequest, of: Any = OF_SALES) -> Any:
    return lambda at: requests.approve(at, one.id, judged=of)


def test_it_is_kept_as_it_was_asked_for_and_approved_by_the_owner(does: Any, database: Database) -> None:
    notices = KeptNotices()
    made = does("oscar", ask(), notices=notices)
    assert notices.told == ["asked farid"]
    assert database.read(lambda s: store.request(s.connection, made.id)) == made
    assert (made.flow, made.reason, made.app) == (replace(OF_SALES.flow, owner="finance"), PURPOSE, "")
    decided, grant = does("farid", approve(made), notices=notices)
    assert (decided.state, grant) == (RequestState.GRANTED, None)
    assert notices.told[1:] == ["approved oscar"]
    assert [one.id for one in database.read(lambda s: store.approved_flows(s.connection, NOW))] == [made.id]
    assert database.read(lambda s: store.approved_flows(s.connection, NOW + 1)) == []


def test_a_flow_that_nobody_owns_is_owned_by_those_who_approve_it(does: Any) -> None:
    nobodys = replace(judged(), flow=replace(OF_SALES.flow, owner=""))
    assert does("oscar", ask(nobodys)).flow.owner == "management"


def test_what_means_something_else_by_now_is_not_approved(does: Any) -> None:
    made = does("oscar", ask())
    for other in (None, replace(OF_SALES, flow=replace(OF_SALES.flow, meaning="1"))):
        with pytest.raises(ChangedError):
            does("farid", approve(made, other))


def test_whoever_owns_it_no_longer_approves_it_no_longer(does: Any) -> None:
    made = does("oscar", ask())
    with pytest.raises(NotYoursError):
        does("farid", approve(made, judged("finance")))
    with pytest.raises(NotYoursError):
        does("maren", approve(made, judged("finance")))  # she owned nothing when it was asked for


def test_what_became_restricted_needs_another_request(does: Any) -> None:
    made = does("oscar", ask())
    with pytest.raises(AccessError):
        does("farid", approve(made, judged("sales", sensitivity=3)))


def test_what_is_restricted_is_approved_by_two(does: Any) -> None:
    restricted = judged("sales", sensitivity=3)
    made = does("oscar", ask(restricted))
    assert does("farid", approve(made, restricted))[0].state is RequestState.OPEN
    with pytest.raises(AccessError):
        does("farid", approve(made, restricted))
    assert does("ines", approve(made, restricted))[0].state is RequestState.GRANTED


def test_the_same_is_asked_for_once_and_not_much_of_anything(does: Any) -> None:
    does("oscar", ask())
    with pytest.raises(TooManyError):
        does("oscar", ask())
    for number in range(requests.MOST_OPEN - 1):
        does("oscar", ask(replace(OF_SALES, flow=replace(OF_SALES.flow, service=f"tcp/{number + 1}"))))
    with pytest.raises(TooManyError):
        does("oscar", ask(replace(OF_SALES, flow=replace(OF_SALES.flow, service="tcp/99"))))


@pytest.mark.parametrize("purpose", ["", "short", "x" * 201, "orders of\x1b[2J the hall", "\u202eorders of the hall"])
def test_a_purpose_is_one_line_of_text(does: Any, purpose: str) -> None:
    with pytest.raises(AccessError):
        does("oscar", ask(purpose=purpose))


def test_without_a_rule_or_an_approver_nobody_asks(does: Any) -> None:
    with pytest.raises(NoRuleError):
        does("oscar", ask(), basis=BASIS)
    with pytest.raises(NoRuleError):
        does("oscar", ask(person="nobody"))
    alone = replace(RULE, approve=Approvers(("nobody",)), escalation=None)
    with pytest.raises(NobodyError):
        does("oscar", ask(judged()), basis=replace(BASIS, rules=replace(BASIS.rules, flows=alone)))


def test_it_expires_as_the_rule_says(does: Any) -> None:
    made = does("oscar", ask())
    assert made.expires_at == NOW + RULE.expires_ms
    assert made.escalates_at == NOW + DAY
    with pytest.raises(AccessError):
        does("farid", approve(made), now=made.expires_at)
