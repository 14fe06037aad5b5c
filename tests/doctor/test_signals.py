"""The doctor looks at streams of security events."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.doctor.scene import setup
from tests.sso.shared_signals.rows import NOW, stream

from limen.doctor.signals import _of, signals
from limen.finding import State
from limen.sso.shared_signals.listing import ListedStream
from limen.sso.shared_signals.store import ChangedBy, Status


async def test_where_there_is_none_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert [one.state for one in await signals(setup(tmp_path))] == [State.SKIPPED]


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({}, State.OK),
        ({"failures": 2, "error": "HTTP 503"}, State.WRONG),
        ({"status": Status.PAUSED, "changed_by": ChangedBy.LIMEN}, State.WRONG),
        ({"status": Status.PAUSED, "changed_by": ChangedBy.RECEIVER}, State.WARNING),
        ({"status": Status.DISABLED, "changed_by": ChangedBy.ADMINISTRATOR}, State.WARNING),
    ],
)
def test_what_an_administrator_has_to_know(state: dict[str, object], found: State) -> None:
    assert [one.state for one in _of(ListedStream(stream(**state), None, 3, NOW))] == [found]
