"""A search from its text to its answer, by the real process over real files; and what it never does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from limen.clock import DAY, HOUR
from limen.events import Event, Outcome
from limen.facts import FactStore, Person
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import CANARY
from limen.monitor.search import service
from limen.monitor.search.query import QueryError, columns_in, read_query
from limen.monitor.search.service import Places, Search, SearchError, asked_of, instant_in, names_in, run
from limen.monitor.stored import COLUMNS
from limen.pillar import DeviceNames
from limen.storage.event_store import EventStore
from limen.storage.journal import Journal

NOW = 1_800_000_000_000
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    folder = Path(tmp_path_factory.mktemp("search"))
    store = EventStore.open(folder / "events", columns=COLUMNS, keys=(b"k" * 32,))
    made = [
        NormalEvent(uid=f"e{n}", at=NOW - n * HOUR, received_at=NOW, source="fw", user=f"user{n % 2}", raw=f"line {n}")
        for n in range(10)
    ]
    store.append([msgspec.json.encode(one) for one in made])
    journal = Journal.open(folder / "journal", (b"j" * 32,))
    journal.record(Event(at=NOW - HOUR, kind="sign_in.failed", outcome=Outcome.FAILURE, subject="p_ida"))
    journal.flush()
    yield Places(folder / "events", folder / "journal")
    store.close()
    journal.close()


def search_in(places: Places) -> Search:
    known = FactStore()
    known.people.put(Person("p_ida", "Ida Blum", "ida@harbor.example"))
    return Search(places, lambda: names_in(known, DeviceNames(lambda: {"d_1": ("wren", "c02")}), VIENNA))


async def test_the_newest_come_first_with_how_many_when_and_of_what(places: Places) -> None:
    search = search_in(places)
    found = await search.look(search.read("source:fw"), NOW - DAY, NOW + 1, rows=3)
    assert [row["uid"] for row in found.rows] == ["e0", "e1", "e2"]
    assert (found.is_cut, found.total, sum(found.buckets)) == (True, 10, 10)
    assert found.facets["user"] == [("user0", 5), ("user1", 5)]
    earlier = await search.look(search.read("source:fw"), NOW - 5 * HOUR, NOW - HOUR, is_summed=False)
    assert [row["uid"] for row in earlier.rows] == ["e2", "e3", "e4", "e5"]


async def test_the_journal_is_found_with_the_rest_and_people_by_name(places: Places) -> None:
    search = search_in(places)
    for text in ("person:ida@harbor.example", 'person:"ida blum"', "kind:sign_in.failed", "status_id:2"):
        found = await search.look(search.read(text), NOW - DAY, NOW + 1)
        assert [row["kind"] for row in found.rows] == ["sign_in.failed"], text
    with pytest.raises(QueryError):
        search.read("device:unknown")
    assert search.read("device:C02") == search.read("device:wren")


async def test_what_takes_too_long_or_breaks_is_an_error_that_says_what_to_do(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = search_in(places)
    asked = asked_of(places, search.read("a"), 0, NOW, rows=1, is_summed=True)
    asked.sql = "no_such_column = 1"
    with pytest.raises(SearchError) as broken:
        run(asked)
    assert broken.value.fix
    monkeypatch.setattr(service, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(service, "_GRACE_SECONDS", 0.0)
    with pytest.raises(SearchError) as late:
        run(asked)
    assert late.value.fix


def test_times_are_those_of_the_company() -> None:
    assert instant_in("2026-11-27", VIENNA) == 1_795_734_000_000
    assert instant_in("2026-11-26T23:00:00+00:00", VIENNA) == 1_795_734_000_000
    assert instant_in("yesterday", VIENNA) is None


def test_test_events_are_found_only_where_sources_are_asked_for_by_name(places: Places) -> None:
    plain = asked_of(places, read_query("a"), 0, 1, rows=1, is_summed=False)
    named = asked_of(places, read_query("NOT source:fw"), 0, 1, rows=1, is_summed=False)
    assert (CANARY in plain.values.values(), CANARY in named.values.values()) == (True, False)
    condition = read_query("user:a OR (NOT kind:b Image:c)")
    assert columns_in(condition) == {"user", "kind"}
