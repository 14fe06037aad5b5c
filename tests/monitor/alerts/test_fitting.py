"""Findings as they come are brought to what can be kept, shown and believed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from limen.clock import DAY, HOUR
from limen.facts import FactStore, Person, Session
from limen.facts.nouns import Auth
from limen.monitor.alerts.fitting import LONGEST_TITLE, LONGEST_VALUE, MOST_EVENTS, MOST_VALUES, fitted, subject_of
from limen.monitor.detections.hit import Hit, Level

NOW = 1_800_000_000_000
SIGN_IN = Session("s1", "p1", Auth(3), NOW - HOUR, NOW + HOUR, HOUR, device_id="d1")


@pytest.fixture
def known() -> FactStore:
    store = FactStore()
    store.people.put(Person("p1", "Ida", "ida@harbor.example", active=True))
    store.workloads.put(Person("w1", active=True, is_workload=True))
    store.sessions.put(b"a" * 32, SIGN_IN)
    store.sessions.put(b"b" * 32, replace(SIGN_IN, id="s2", app="wiki", parent="s1", device_id=""))
    return store


def hit(**more: Any) -> Hit:
    return Hit(**{"id": "h", "rule": "r", "title": "T", "level": Level.HIGH, "at": NOW, "entity": "x:y", **more})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"session": "s1"}, ("p1", "d1", "s1")),
        ({"session": "s2"}, ("p1", "d1", "s2")),
        ({"session": "gone"}, ("", "", "")),
        ({"person_id": "w1", "device_id": "d9"}, ("w1", "d9", "")),
        ({"person_id": "gone"}, ("", "", "")),
        ({"entity": "user:Ida@Harbor.Example"}, ("p1", "", "")),
        ({"entity": "user:ida"}, ("", "", "")),
        ({"entity": "host:ida@harbor.example"}, ("", "", "")),
        ({"entity": "user:@"}, ("", "", "")),
    ],
)
def test_whom_it_is_about(known: FactStore, given: dict[str, str], kept: tuple[str, str, str]) -> None:
    found = fitted(hit(**given), known, NOW)
    assert (found.person_id, found.device_id, found.session) == kept


@pytest.mark.parametrize(("at", "kept"), [(NOW + DAY, NOW), (NOW - 9 * DAY, NOW - DAY), (NOW - 5, NOW - 5)])
def test_its_time_is_believable(known: FactStore, at: int, kept: int) -> None:
    found = fitted(hit(at=at, since=at + 99), known, NOW)
    assert found.at == kept
    assert found.since <= found.at or found.since == at


def test_everything_is_bounded_and_printable(known: FactStore) -> None:
    large = hit(
        title="a\x1b[2J\u202eb" * 500,
        entity="user:" + "x" * 9_999,
        confidence=10**9,
        count=-5,
        events=tuple(str(n) for n in range(1_000)),
        says={f"n{n}": "v\n" * 9_999 for n in range(99)} | {"big": 10**30},
        tactics=("t" * 999,) * 99,
        sources=("s" * 999,) * 99,
    )
    found = fitted(large, known, NOW)
    assert found.title.isprintable()
    assert (len(found.title), len(found.entity)) == (LONGEST_TITLE, LONGEST_TITLE)
    assert (found.confidence, found.count, len(found.events), found.events[-1]) == (100, 1, MOST_EVENTS, "999")
    assert len(found.says) <= MOST_VALUES
    assert all(len(str(value)) <= LONGEST_VALUE for value in found.says.values())
    assert max(map(len, (*found.tactics, *found.sources))) <= 60
    assert fitted(hit(title="\n \t"), known, NOW).title


@pytest.mark.parametrize(
    ("entity", "subject"),
    [
        ("person:p1", ("person", "p1")),
        ("user:ida", ("person", "p1")),
        ("device:d1", ("device", "d1")),
        ("host:wren", ("device", "d1")),
        ("session:s1", ("session", "s1")),
        ("address:203.0.113.9", ("", "")),
        ("source:firewall", ("", "")),
        ("", ("", "")),
    ],
)
def test_whose_score_it_counts_for(known: FactStore, entity: str, subject: tuple[str, str]) -> None:
    assert subject_of(fitted(hit(entity=entity, session="s1"), known, NOW)) == subject
    assert subject_of(hit(entity=entity)) == ("", "")
