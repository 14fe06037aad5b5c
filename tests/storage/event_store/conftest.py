from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.storage.warm_children import use_warm_children

from limen.clock import SetClock
from limen.events import Event
from limen.storage.event_store import Column, EventStore, Kind

KEYS = (b"e" * 32,)
NOW = 1_800_000_000_000
COLUMNS = (
    Column("uid"),
    Column("at", Kind.NUMBER),
    Column("received_at", Kind.NUMBER),
    Column("source"),
    Column("user"),
    Column("port", Kind.NUMBER),
    Column("fields", Kind.JSON),
    Column("raw"),
)


def line(n: int, source: str = "firewall", **more: object) -> bytes:
    said = {"uid": f"u{n}", "at": NOW + n, "received_at": NOW + n, "source": source, **more}
    return msgspec.json.encode(said)


def lines(first: int, last: int, source: str = "firewall", **more: object) -> list[bytes]:
    """Events from number `first` on, before `last`."""
    return [line(n, source, **more) for n in range(first, last)]


@pytest.fixture(autouse=True)
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seals are made by processes that need not import first; `test_seal` starts one as Limen does."""
    use_warm_children(monkeypatch)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def said() -> list[Event]:
    """What stores opened by `opened` had recorded."""
    return []


@pytest.fixture
def opened(tmp_path: Path, clock: SetClock, said: list[Event]) -> Iterator[Callable[..., EventStore]]:
    """Opens stores in one folder; closes them after the test."""
    stores: list[EventStore] = []

    def open_store(**settings: object) -> EventStore:
        chosen = {"columns": COLUMNS, "keys": KEYS, "clock": clock, "record": said.append, **settings}
        stores.append(EventStore.open(tmp_path / "events", **chosen))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()
