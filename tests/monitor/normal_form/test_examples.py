"""What each source's documented records come to: the event, and the OCSF object. See `examples/README.md`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.golden import Expected
from tests.monitor.normal_form.frames import frame

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.kinds import KINDS, OURS
from limen.monitor.normal_form.reading import again, is_unreadable, read

EXAMPLES = Path(__file__).parent / "examples"
FILES = sorted(EXAMPLES.glob("*/*"))
NOT_SHOWN = {"uid", "received_at", "source", "raw", "fields"}


def of(path: Path) -> list[NormalEvent]:
    kind = path.parent.name
    return read(frame(kind, path.read_bytes(), kind if kind in OURS else "harbor"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_an_example_comes_to(path: Path, expected: Expected) -> None:
    expected("\n\n".join(_shown(event) for event in of(path)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_example_is_read_with_its_own_time_and_nothing_of_it_is_lost(path: Path) -> None:
    for event in of(path):
        assert not is_unreadable(event)
        assert "limen.clock" not in event.fields
        assert event.raw
        assert event.raw in path.read_text().replace("\n}", "}") or event.raw.isprintable()


def test_every_kind_has_an_example() -> None:
    assert {path.parent.name for path in FILES} | {"evtx"} >= set(KINDS)


def _shown(event: NormalEvent) -> str:
    columns: dict[str, Any] = msgspec.to_builtins(event)
    lines = [f"{name}: {value}" for name, value in columns.items() if name not in NOT_SHOWN]
    fields = [f"  {name}: {value!r}" for name, value in event.fields.items()]
    return "\n".join([*lines, *fields])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_kept_of_an_event_is_enough_to_read_it_anew(path: Path) -> None:
    for event in of(path):
        before = msgspec.structs.replace(event, mapper=f"{path.parent.name}/0", user="x", fields={})
        assert again(before) == event
