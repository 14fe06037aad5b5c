"""The search itself, in this process: over nothing at all, and within its limits."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.search import process
from limen.monitor.search.answer import BUCKETS, Asked, Group
from limen.monitor.search.process import search
from limen.monitor.stored import COLUMNS
from limen.storage.errors import AskedTooMuchError
from limen.storage.event_store import EventStore
from limen.storage.event_store.asking import Answer, Asking


def test_where_nothing_was_kept_yet_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    asked = Asked(
        events=str(tmp_path / "events"), journal=str(tmp_path / "journal"), sql="true", values={}, since=0, until=9
    )
    found = search(asked)
    assert (found.rows, found.total, found.buckets) == ([], 0, [0] * BUCKETS)
    assert not (tmp_path / "events").exists()  # it would be its maker's, and not the server's
    asked.seconds = 0.000_1
    asked.sql = "(select count(*) from range(10000000) a, range(1000) b where a.range * b.range % 7 = 3) > 0"
    with pytest.raises(AskedTooMuchError):
        search(asked)


def test_of_too_many_groups_the_largest_are_told_and_that_there_are_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "journal").mkdir()
    monkeypatch.setattr(process, "MOST_GROUPS", 2)
    events = [NormalEvent(uid=f"e{one}", at=one, received_at=one, source="s", user="äbc"[one % 3]) for one in range(4)]
    store = EventStore.open(tmp_path / "events", columns=COLUMNS, keys=(b"k" * 32,))
    store.append([msgspec.json.encode(one) for one in events])
    store.seal()
    store.close()
    asked = Asked(
        events=str(tmp_path / "events"), journal=str(tmp_path / "journal"), sql="true", values={}, since=0, until=9
    )
    asked.groups, asked.is_summed = ("user",), False
    found = search(asked)
    assert (found.groups, found.are_groups_cut) == ([Group(("ä",), 2, 3), Group(("b",), 1, 1)], True)
    assert found.total == 0


def test_all_questions_of_a_search_share_one_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the ten once had as long as all may take now."""
    (tmp_path / "journal").mkdir()
    (tmp_path / "events").mkdir()
    asked = Asked(
        events=str(tmp_path / "events"), journal=str(tmp_path / "journal"), sql="true", values={}, since=0, until=9
    )
    had, ask = list[float](), Asking.ask

    def slow(self: Asking, *said: Any, **more: Any) -> Answer:
        had.append(more["seconds"])
        time.sleep(0.05)
        return ask(self, *said, **more)

    monkeypatch.setattr(Asking, "ask", slow)
    search(asked)
    assert len(had) == 10
    assert had == sorted(had, reverse=True)
    assert had[-1] <= asked.seconds - 9 * 0.05
    asked.seconds = 0.12
    with pytest.raises(AskedTooMuchError):
        search(asked)
    assert len(had) < 15
