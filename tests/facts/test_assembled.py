"""What was put together is kept until something it was made of changes, and is bounded."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import pytest
from tests.facts.harbor import AT_WIKI, MIRA, NOW, SIGN_IN, WIKI, B

from limen.facts import (
    Device,
    Facts,
    FactStore,
    Person,
    Risk,
    SessionState,
)


class Derived:
    """What somebody made of facts, and that holds them."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts


def test_facts_are_the_same_value_until_one_of_them_changes(known: FactStore) -> None:
    first = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9") is first
    known.risks.put("p1", Risk(score=10, known=True, at=NOW))
    second = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    assert second is not first
    assert second.risk.score == 10


def test_a_change_leaves_alone_what_it_does_not_touch(known: FactStore) -> None:
    other = replace(SIGN_IN, id="s9", person_id="p9")
    known.people.put(replace(MIRA, id="p9"))
    known.sessions.put(b"9" * 32, other)
    mine, theirs = known.facts(AT_WIKI, WIKI, "203.0.113.9"), known.facts(other, WIKI, "203.0.113.9")
    known.people.put(replace(MIRA, name="Mira S."))
    known.devices.put(Device("d7"))
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9") is not mine
    assert known.facts(other, WIKI, "203.0.113.9") is theirs
    assert known.subjects(AT_WIKI, "203.0.113.9") == {
        ("session", "s1"),
        ("session", "s2"),
        ("person", "p1"),
        ("place", "203.0.113.9"),
    }


def test_facts_of_a_session_that_is_not_the_newest_are_kept_for_nobody(known: FactStore) -> None:
    stale = replace(AT_WIKI, address="198.51.100.1")
    assert known.facts(stale, WIKI, "203.0.113.9").session is stale
    assert known.facts(known.session(B), WIKI, "203.0.113.9").session is known.session(B)
    assert known.session_state(stale, "wiki", NOW) is SessionState.LIVE
    known.set_not_before(("person", "p1"), NOW + 1)
    assert known.session_state(stale, "wiki", NOW) is SessionState.REVOKED


def test_facts_of_a_session_in_no_table_are_one_value_while_they_are_equal(known: FactStore) -> None:
    passing = replace(SIGN_IN, id="w1")
    first = known.facts(passing, WIKI, "203.0.113.7")
    assert known.facts(replace(passing), WIKI, "203.0.113.7") is first
    assert known.facts(replace(passing, started_at=NOW + 1), WIKI, "203.0.113.7") != first
    known.people.put(replace(MIRA, groups=frozenset()))
    assert known.facts(passing, WIKI, "203.0.113.7").person.groups == frozenset()


def test_of_sessions_in_no_table_so_many_are_remembered(known: FactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.facts.assembled.UNKEPT", 3)
    for number in range(8):
        known.facts(replace(SIGN_IN, id=f"w{number}"), WIKI, "203.0.113.7")
    assert len(known._assembled._last_unkept) <= 3
    known.set_company([WIKI], [])
    assert not known._assembled._last_unkept


def test_what_is_kept_is_bounded(known: FactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.facts.assembled.FACTS_KEPT", 50)
    monkeypatch.setattr("limen.facts.assembled.STRANGERS_KEPT", 20)
    session = known.session(B)
    for number in range(500):
        known.facts(None if number % 2 else session, WIKI, f"198.51.{number % 256}.{number // 256}")
        assert (
            sum(len(entry.facts) for entry in known._assembled._entries.values()) + len(known._assembled._entries)
            <= 50 + 2 * 20
        )
        assert sum(len(names) for names in known._assembled._at_place.values()) <= 50 + 20


def test_strangers_from_everywhere_drop_nothing_of_anybody_else(
    known: FactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limen.facts.assembled.STRANGERS_KEPT", 20)
    own = known.facts(known.session(B), WIKI, "198.51.100.7")
    for number in range(20_000):
        assert known.facts(None, WIKI, f"2001:db8::{number:x}") is known.facts(None, WIKI, f"2001:db8::{number:x}")
    assert known.facts(known.session(B), WIKI, "198.51.100.7") is own
    assert len(known._assembled._entries) <= 21
    assert len(known._assembled._at_place) <= 21


def test_what_was_put_together_while_a_row_changed_is_never_handed_out_again(known: FactStore) -> None:
    """A page's thread reads the old row, the feed changes it, and the thread goes on: what it makes is of then."""
    session, principal = known.session(B), FactStore.principal

    def be_overtaken(_known: FactStore, person_id: str) -> Person | None:
        person = principal(known, person_id)
        monkeypatch.undo()
        known.people.put(replace(MIRA, active=False))
        return person

    for ask in (
        lambda: known.facts(session, WIKI, "203.0.113.9").person.active,
        lambda: known.session_state(session, "wiki", NOW) is SessionState.LIVE,
        lambda: known.admit(B, WIKI, "203.0.113.9", NOW)[1] is SessionState.LIVE,
    ):
        known.people.put(MIRA)
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(FactStore, "principal", be_overtaken)
            assert ask()
        assert not ask()


def test_facts_that_are_forgotten_go_without_the_garbage_collector(known: FactStore) -> None:
    """A publication forgets everybody's at once; as rings they would stay, and then stop everything for a moment."""
    gc.disable()
    try:
        for change in (lambda: known.risks.put("p1", Risk(1)), lambda: known.set_company([WIKI], [])):
            facts = known.facts(known.session(B), WIKI, "203.0.113.9")
            derived = {Derived(facts), Derived(facts)}
            facts.derived.seen, facts.derived.fold = derived
            gone = [weakref.ref(each) for each in derived]
            del facts, derived
            change()
            assert [each() for each in gone] == [None, None]
    finally:
        gc.enable()
