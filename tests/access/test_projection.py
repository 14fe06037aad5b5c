"""How grants become facts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.access.rows import NOW, WHY, grant

from limen.access.projection import GrantsHeld, fact_of
from limen.clock import HOUR
from limen.facts import Device, FactStore, Person


class Feed:
    """What the projection registers, to be called by a test."""

    def __init__(self) -> None:
        self.start: Any = None
        self.applied: dict[str, Any] = {}

    def at_start(self, _load: Any, apply: Any) -> None:
        self.start = apply

    def on(self, kind: str, _load: Any, apply: Any) -> None:
        self.applied[kind] = apply


@pytest.fixture
def known() -> FactStore:
    store = FactStore()
    store.people.put(Person("oscar", groups=frozenset({"staff"}), active=True))
    store.people.put(Person("ines", groups=frozenset({"staff"}), active=True))
    store.devices.put(Device("d1", known=True))
    return store


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def held(known: FactStore, feed: Feed) -> GrantsHeld:
    made = GrantsHeld(known, lambda: NOW)
    made.register(feed)  # type: ignore[arg-type]
    return made


def ids(known: FactStore, person_id: str = "oscar") -> list[str]:
    return [one.id for one in known.grants.get(person_id, ())]


def test_at_the_start_all_are_known_and_who_has_none_any_more_has_none(
    held: GrantsHeld, known: FactStore, feed: Feed
) -> None:
    feed.start([grant(), grant(id="gr_2", person_id="ines"), grant(id="gr_0")])
    assert (ids(known), ids(known, "ines")) == (["gr_0", "gr_1"], ["gr_2"])
    feed.start([grant(id="gr_2", person_id="ines")])
    assert (ids(known), ids(known, "ines")) == ([], ["gr_2"])
    feed.applied["grants"]("ines", [])
    assert "ines" not in known.grants
    assert held.live() == []


def test_it_is_a_fact_while_a_group_is_left_by_which_it_was_asked_for(
    held: GrantsHeld, known: FactStore, feed: Feed
) -> None:
    feed.applied["grants"]("oscar", [grant()])
    assert ids(known) == ["gr_1"]
    known.people.put(Person("oscar", groups=frozenset({"guests"}), active=True))
    feed.applied["person"]("oscar", None)
    assert ids(known) == []
    feed.applied["grants"]("nobody", [grant(person_id="nobody")])
    assert ids(known, "nobody") == []


def test_a_device_that_decisions_do_not_know_any_more_ends_it_for_good(
    held: GrantsHeld, known: FactStore, feed: Feed
) -> None:
    feed.applied["grants"]("oscar", [grant(device_id="d1"), grant(id="gr_2")])
    feed.applied["device"]("d1", None)
    assert ids(known) == ["gr_1", "gr_2"]
    known.devices.drop("d1")
    feed.applied["device"]("d1", None)
    assert (ids(known), held.orphaned) == (["gr_2"], {"gr_1"})
    known.devices.put(Device("d1", known=True))
    feed.applied["device"]("d1", None)
    assert ids(known) == ["gr_2"]


def test_what_is_live_is_offered_by_app(held: GrantsHeld, feed: Feed) -> None:
    feed.start([grant(), grant(id="gr_2", app="wiki"), grant(id="gr_3", since=NOW - HOUR, until=NOW)])
    assert held.active("crm") == [("oscar", fact_of(grant()))]
    assert [one.id for one in held.live()] == ["gr_1", "gr_2"]


def test_why_it_was_asked_for_is_no_fact() -> None:
    fact = fact_of(grant(approvers=("farid", "ines"), device_id="d1"))
    assert (fact.app, fact.actions, fact.until, fact.approver) == ("crm", frozenset({"view"}), NOW + HOUR, "ines")
    assert fact.device == "d1"
    assert fact.justification == ""
    assert WHY not in str(fact)
    assert fact_of(grant(approvers=())).approver == ""
