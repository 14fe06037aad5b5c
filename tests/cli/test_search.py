"""`limen search`: the same answers as the page's, for whoever is at the server."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

from limen.clock import HOUR, SystemClock
from limen.company.load import load_settings
from limen.company.places import events_folder
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.stored import COLUMNS
from limen.storage.event_store import EventStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root, now = small_folder(tmp_path), SystemClock().now()
    assert leave("alert", "list", str(root)) == 0
    store = EventStore.open(events_folder(root, load_settings(root)), columns=COLUMNS, keys=(b"k" * 32,))
    store.append(
        [
            msgspec.json.encode(
                NormalEvent(uid=f"e{n}", at=now - n * 2 * HOUR, received_at=now, source="fw", user="jane\x1b[2J")
            )
            for n in range(3)
        ]
    )
    store.close()
    return root


def test_the_newest_of_a_time_as_lines_or_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("search", "source:fw", str(folder), "--since", "3h", "--json") == 0
    assert [json.loads(line)["uid"] for line in capsys.readouterr().out.splitlines()] == ["e0", "e1"]
    assert leave("search", "source:fw", str(folder), "--most", "1") == 0
    printed = capsys.readouterr().out
    assert ("fw" in printed, "\x1b" in printed, len(printed.splitlines())) == (True, False, 1)


def test_what_has_no_meaning_and_nobody_called_so_are_errors(folder: Path) -> None:
    assert leave("search", "(", str(folder)) == 1
    assert leave("search", "person:nobody@harbor.example", str(folder)) == 1
    assert leave("search", "device:nothing", str(folder)) == 1
    assert leave("search", "a", str(folder), "--since", "soon") == 2
