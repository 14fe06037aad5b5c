"""Events as they are kept: what went in as a `NormalEvent` comes out as one, and the journal stands beside it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from limen.clock import SetClock
from limen.events import Event, Outcome
from limen.monitor.normal_form.event import PATHS, NormalEvent
from limen.monitor.stored import COLUMNS, journal_as_events
from limen.storage.event_store import EventStore, Kind
from limen.storage.journal import Journal

NOW = 1_800_000_000_000
KEYS = (b"e" * 32,)


def an_event() -> NormalEvent:
    """One with something in each of its attributes."""
    said = {
        field.name: {str: f"<{field.name}>", int: 7}.get(field.type, {"a": ["b", 1.5, True]})
        for field in msgspec.structs.fields(NormalEvent)
    }
    return NormalEvent(**said)


def test_every_attribute_has_a_column_and_every_path_leads_to_one() -> None:
    kinds = {column.name: column.kind for column in COLUMNS}
    assert list(kinds) == [field.name for field in msgspec.structs.fields(NormalEvent)]
    assert (kinds["uid"], kinds["at"], kinds["fields"]) == (Kind.TEXT, Kind.NUMBER, Kind.JSON)
    assert set(PATHS.values()) <= kinds.keys()


def test_an_event_comes_out_of_the_store_as_it_went_in(tmp_path: Path) -> None:
    store = EventStore.open(tmp_path, columns=COLUMNS, keys=KEYS)
    events = [an_event(), NormalEvent(uid="b", at=1, received_at=2, source="fw")]
    store.append([msgspec.json.encode(event) for event in events])
    for _ in range(2):
        assert [msgspec.json.decode(raw, type=NormalEvent) for _, raw in store.read_from()] == events
        store.seal()
    store.close()


def test_what_limen_did_itself_stands_among_the_events(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal", (b"k" * 32,), clock=SetClock(NOW))
    said = Event(
        at=NOW,
        kind="sign_in.failed",
        outcome=Outcome.FAILURE,
        actor="p_1",
        subject="p_2",
        session="s_1",
        device="d_1",
        address="203.0.113.7",
        reason="unknown-passkey",
        details={"app": "wiki"},
    )
    journal.record(said)
    journal.flush()
    store = EventStore.open(
        tmp_path / "events", columns=COLUMNS, keys=KEYS, journal=journal_as_events(journal.reader.root)
    )
    asked = "select * from events where source = 'limen'"
    found = store.ask(asked)
    (row,) = (dict(zip(found.columns, row, strict=True)) for row in found.rows)
    assert row["at"] == row["received_at"] == NOW
    assert (row["kind"], row["reason"], row["product"], row["status_id"]) == (
        *("sign_in.failed", "unknown-passkey"),
        "limen",
        2,
    )
    assert (row["person_id"], row["target_person_id"], row["session"]) == ("p_1", "p_2", "s_1")
    assert (row["device_id"], row["src_ip"], row["class_uid"] // 1000) == ("d_1", "203.0.113.7", 3)
    assert msgspec.json.decode(row["fields"])["details"] == {"app": "wiki"}
    store.close()
    journal.close()
