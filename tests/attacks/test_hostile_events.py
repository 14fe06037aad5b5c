"""Events that are made to break what keeps them: nothing of them becomes SQL, a path, or another line of the store."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.dial import size
from tests.storage.event_store.conftest import COLUMNS, KEYS

from limen.storage.event_store import EventStore, Keeping
from limen.storage.event_store.verify import verify

INJECTED = "x'); drop table hot; copy (select 1) to '/tmp/owned' --"
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
EVENTS = st.fixed_dictionaries(
    {"uid": TEXTS.filter(bool), "at": st.integers(-(1 << 63), (1 << 63) - 1), "source": TEXTS, "raw": TEXTS},
    optional={"user": TEXTS, "port": st.integers(), "received_at": st.integers(0, 1 << 50), "more": st.none()},
)


@settings(max_examples=size(20), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=30))
def test_whatever_is_in_an_event_it_is_kept_sealed_and_found(tmp_path: Path, events: list[dict[str, object]]) -> None:
    root = tmp_path / os.urandom(8).hex()
    store = EventStore.open(root, columns=COLUMNS, keys=KEYS)
    store.append([msgspec.json.encode(event) for event in events])
    wanted = {event["uid"]: (event["source"], event["raw"]) for event in reversed(events)}
    for _ in range(2):
        found = {uid: (source, raw) for uid, source, raw in store.ask("select uid, source, raw from events").rows}
        assert found == wanted
        store.seal()
    store.close()
    assert verify(root, KEYS).problems == ()


ODD = [
    b'{"uid":"a","at":1e400,"source":"x"}',
    b'{"uid":"a","at":99999999999999999999999,"source":"x"}',
    b'{"uid":"a","at":"2026","source":["x"],"fields":7}',
    b'{"uid":"a","fields":' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}",
    b'{"uid":"a","raw":"\\ud800"}',
    b'{"uid":"a","raw":"\xff\xfe"}',
    b'{"uid":"a","uid":"b"}',
    b'{"uid":"' + b"a" * 500_000 + b'"}',
    b'{"uid":"a","fields":{"a":-0,"b":1e-999}}',
]


@pytest.mark.parametrize("line", ODD)
def test_no_single_line_keeps_others_from_being_sealed_or_found(tmp_path: Path, line: bytes) -> None:
    """An event is taken or refused; what is taken is sealed and found beside the others."""
    store = EventStore.open(tmp_path, columns=COLUMNS, keys=KEYS)
    good = [msgspec.json.encode({"uid": f"good{n}", "at": n, "source": "fw"}) for n in range(3)]
    store.append(good)
    with suppress(ValueError):
        store.append([line])
    asked = "select count(*) from events where starts_with(uid, 'good')"
    assert store.ask(asked).rows == [(3,)]
    store.seal()
    assert not list(tmp_path.glob("*.jsonl"))
    assert store.ask(asked).rows == [(3,)]
    read = [raw for _, raw in store.read_from()]
    assert sum(b'"good' in raw for raw in read) == 3
    assert len(read) == store.end.n
    store.close()


def test_the_name_of_a_source_is_never_sql_or_a_path_also_where_it_expires(tmp_path: Path) -> None:
    from limen.clock import DAY, SetClock

    clock = SetClock(1_800_000_000_000)
    keeping = Keeping(days=90, days_of={INJECTED: 1, "../../etc": 1})
    store = EventStore.open(tmp_path, columns=COLUMNS, keys=KEYS, keeping=keeping, clock=clock)
    sources = [INJECTED, "../../etc", "fw"]
    events = [{"uid": f"u{n}", "received_at": clock.now(), "source": name} for n, name in enumerate(sources)]
    store.append([msgspec.json.encode(event) for event in events])
    store.seal()
    clock.forward(2 * DAY)
    store.expire()
    found = store.ask("select source from events")
    assert found.rows == [("fw",)]
    store.close()
    assert verify(tmp_path, KEYS).problems == ()


def test_received_instants_of_the_far_future_keep_nothing_from_expiring_by_the_budget(tmp_path: Path) -> None:
    store = EventStore.open(tmp_path, columns=COLUMNS, keys=KEYS, keeping=Keeping(budget_bytes=1))
    store.append([msgspec.json.encode({"uid": "a", "at": 1 << 60, "received_at": 1 << 60, "source": "fw"})])
    store.seal()
    store.expire()
    assert store.ask("select count(*) from events").rows == [(0,)]
    store.close()
