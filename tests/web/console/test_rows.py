from __future__ import annotations

from typing import Any

import pytest

from limen.events import DecisionRecord, Event
from limen.facts import App, FactStore, Person, Upstream
from limen.web.console.rows import NOBODY, Filter, filter_from, person_name, rows_of

ADA = Person("p_1", "Ada Nwosu", "ada@harbor.example", active=True)


def decided(actor: str = "p_1", at: int = 1_000, **said: Any) -> Event:
    record = {
        "effect": "deny",
        "reasons": ("nothing-permits",),
        "revision": "r1",
        "facts": "",
        "now": at,
        "app": "wiki",
        "action": "view",
        "door": "gateway",
    }
    return Event(id="1" * 24, at=at, kind="decision", actor=actor, decision=DecisionRecord(**{**record, **said}))


@pytest.fixture
def known() -> FactStore:
    known = FactStore()
    known.people.put(ADA)
    known.set_company([App("wiki", "Wiki", "wiki.harbor.example", Upstream(""))], [])
    return known


def test_a_row_takes_names_from_what_is_known_now_never_from_the_journal(known: FactStore) -> None:
    (row,) = rows_of([decided()], known, {"nothing-permits": "No policy permits this"})
    assert (row.person, row.app, row.why) == ("Ada Nwosu", "Wiki", "No policy permits this")
    known.people.drop("p_1")
    (row,) = rows_of([decided()], known, {})
    assert row.person_id == ""
    assert "Ada" not in row.person


def test_a_request_without_a_session_is_nobodys(known: FactStore) -> None:
    assert person_name(known, "") == NOBODY
    (row,) = rows_of([decided(actor="")], known, {})
    assert (row.person, row.person_id) == (NOBODY, "")


def test_what_is_no_decision_is_no_row(known: FactStore) -> None:
    assert rows_of([Event(at=1, kind="limen.started")], known, {}) == []
    assert not Filter().holds(Event(at=1, kind="limen.started"))


@pytest.mark.parametrize(
    ("chosen", "holds"),
    [
        (Filter(), True),
        (Filter(effect="deny"), True),
        (Filter(effect="permit"), False),
        (Filter(effect="refused"), True),
        (Filter(app="wiki", person="p_1", door="gateway"), True),
        (Filter(app="crm"), False),
        (Filter(person="p_2"), False),
        (Filter(door="check"), False),
        (Filter(policy="nothing-permits"), True),
        (Filter(policy="other"), False),
        (Filter(watched="w"), True),
        (Filter(watched="x"), False),
        (Filter(since=1_000), True),
        (Filter(since=1_001), False),
        (Filter(until=1_000), False),
    ],
)
def test_each_part_of_a_filter_narrows_what_is_shown(chosen: Filter, *, holds: bool) -> None:
    assert chosen.holds(decided(watched=("w",))) is holds


def test_a_filter_goes_into_an_address_and_comes_back() -> None:
    chosen = Filter(effect="deny", app="wiki", person="p_1", door="check", policy="a", watched="b", since=5, until=9)
    said = dict(part.split("=") for part in chosen.query.split("&"))
    assert filter_from(lambda name: said.get(name, "")) == chosen
    assert chosen.without("since", "until").count("=") == 6
    assert Filter(app="wiki").without("app") == "/console/decisions"


def test_what_a_filter_cannot_be_is_left_out() -> None:
    nonsense = {"effect": "maybe", "door": "window", "since": "9" * 30, "until": "x"}
    assert filter_from(lambda name: nonsense.get(name, "")) == Filter()
