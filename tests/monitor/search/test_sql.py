"""What a search finds in the store is what it means, event by event; whatever is searched for is bound, never SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.monitor.search.naive import holds

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.search.query import (
    All,
    AnyOf,
    Column,
    Condition,
    Contains,
    Equals,
    Exists,
    Fits,
    Not,
    Own,
    Within,
    read_query,
)
from limen.monitor.search.sql import where
from limen.monitor.stored import COLUMNS
from limen.storage.event_store import EventStore

HOSTILE = "'; drop view events; --"
EVENTS = [
    NormalEvent(
        uid=f"e{number}",
        at=number,
        received_at=number,
        source="fw",
        user=user,
        kind=kind,
        bytes_out=number * 10,
        fields=fields,
        raw=f"{user} did {kind} 100%_\\",
    )
    for number, (user, kind, fields) in enumerate(
        [
            ("Ida", "4624", {"Image": "C:\\Windows\\cmd.exe", "EventID": 4624}),
            ("ida", "login", {"Image": "c:\\x%y", "EventID": "4625"}),
            ("", "", {}),
            ("ab", "a_b", {"odd name": "v", "EventID": "none"}),
            ("abab", HOSTILE, {'quo"te': "q"}),
            ("ÄDA ß", "a%b", {"Image": ""}),
        ]
    )
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    made = EventStore.open(Path(tmp_path_factory.mktemp("events")), columns=COLUMNS, keys=(b"k" * 32,))
    made.append([msgspec.json.encode(one) for one in EVENTS])
    yield made
    made.close()


def found(store: EventStore, condition: Condition) -> set[str]:
    asked = where(condition)
    return {uid for (uid,) in store.ask(f'select "uid" from events where {asked.sql}', dict(asked.values)).rows}


def meant(condition: Condition) -> set[str]:
    return {one.uid for one in EVENTS if holds(condition, one)}


@pytest.mark.parametrize(
    "text",
    [
        *("", "user:ida", "user:*", "NOT user:*", "user:a*b", "user:*", "kind:a_b", "kind:a%b", "kind:a?b"),
        *("bytes_out:[10 TO 30}", "bytes_out:>10 AND user:ida", "EventID:[4000 TO 4700]", "EventID:*", "EventID:4624"),
        *("Image:*\\\\cmd.exe", 'Image:"c:\\\\x%y"', '"100%_"', "did AND ida", "-did", 'user:"' + HOSTILE + '"'),
        *('kind:"' + HOSTILE + '"', "kind:(4624 OR login)", r"odd\ name:v"),
    ],
)
def test_what_is_found_is_what_is_meant(store: EventStore, text: str) -> None:
    condition = read_query(text)
    assert found(store, condition) == meant(condition)


TEXTS = st.sampled_from(["", "ida", "a", "b", "a_b", "%", "_", "\\", "ab", HOSTILE, "4624", "c:\\", "'", '"', "$v0"])
TEXT_OF = st.sampled_from(
    [Column("user"), Column("kind"), Column("raw"), Own("Image"), Own("EventID"), Own("odd name")]
)
NUMBER_OF = st.sampled_from([Column("bytes_out"), Column("at"), Own("EventID")])
BOUND = st.none() | st.integers(-5, 5_000)
LEAF: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Equals, TEXT_OF, st.lists(TEXTS, min_size=1, max_size=3).map(tuple)),
    st.builds(Contains, TEXT_OF, TEXTS),
    st.builds(Exists, TEXT_OF),
    st.builds(Fits, TEXT_OF, st.lists(TEXTS, min_size=2, max_size=4).map(tuple)),
    st.builds(Within, NUMBER_OF, BOUND, BOUND),
)
CONDITIONS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, max_size=3).map(lambda some: All(tuple(some))),
        st.lists(inner, max_size=3).map(lambda some: AnyOf(tuple(some))),
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CONDITIONS)
def test_any_condition_finds_what_it_means(store: EventStore, condition: Condition) -> None:
    assert found(store, condition) == meant(condition)


@given(st.text(max_size=60))
def test_no_text_is_ever_part_of_the_sql(text: str) -> None:
    assert where(Equals(Column("user"), (text,))).sql == where(Equals(Column("user"), ("x",))).sql
    assert where(Equals(Own(text), ("y",))).sql == where(Equals(Own("x"), ("y",))).sql
