"""The process put together: what is kept is read on from any place, and what the server says is taken over."""

from __future__ import annotations

from pathlib import Path

import msgspec

from limen.clock import DAY
from limen.events import Event
from limen.monitor.detections.chosen import RULES, Chosen
from limen.monitor.link import SetUp
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.identities import Identities
from limen.monitor.process.assembly import parts_of
from limen.monitor.understanding import NAMES


def setup(folder: Path) -> SetUp:
    return SetUp(
        data=str(folder / "monitor"), events=str(folder / "events"), journal=str(folder / "journal"), keys=(b"k" * 32,)
    )


def test_what_is_kept_is_read_on_from_any_place(tmp_path: Path) -> None:
    told: list[Event] = []
    parts = parts_of(setup(tmp_path), told.append)
    lines = [msgspec.json.encode(NormalEvent(uid=str(number), at=1, received_at=1, source="a")) for number in range(10)]
    parts.store.append(lines[:6])
    parts.store.append(lines[6:])
    first = parts.store.read(None, 4)
    rest = parts.store.read(first[-1][0], 100)
    assert [line for _, line in (*first, *rest)] == lines
    assert parts.store.read(rest[-1][0], 100) == []
    assert parts.store.size > 0
    parts.store.keep({"a": DAY})
    parts.store.close()
    assert {RULES, "travel", "usual"} <= set(parts.detectors)


def test_rules_are_compiled_at_once_and_names_taken_over_between_two_events(tmp_path: Path) -> None:
    parts = parts_of(setup(tmp_path), lambda _: None)
    assert [*parts.given(RULES, msgspec.msgpack.encode(Chosen()))()] == [RULES]
    names = Identities.of([("p_1", ("ida",))])
    take_over = parts.given(NAMES, msgspec.msgpack.encode(names))
    assert take_over() == {}
    assert parts.given("newer", b"")() == {}
    parts.store.close()
