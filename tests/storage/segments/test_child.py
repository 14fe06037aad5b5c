from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from limen.storage.segments.child import Child

ECHO = "import sys; sys.stdout.write(sys.stdin.read().upper()); sys.exit(len(sys.argv))"


def module(folder: Path, name: str, code: str, monkeypatch: pytest.MonkeyPatch) -> str:
    (folder / f"{name}.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return name


def test_a_child_is_told_answers_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    echo = module(tmp_path, "echo_child", ECHO, monkeypatch)
    assert Child().answer(echo, "one", "two", said=b"hello") == (3, b"HELLO")
    assert Child().answer(echo) == (1, b"")


def test_a_child_that_runs_is_ended_from_another_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = module(tmp_path, "sleeping_child", "import time; time.sleep(60)", monkeypatch)
    child, began = Child(), time.monotonic()
    timer = threading.Timer(0.3, child.kill)
    timer.start()
    status, _ = child.answer(sleeper)
    timer.join()
    assert status < 0
    assert time.monotonic() - began < 30
    child.kill()


def test_where_none_was_started_there_is_none_to_end() -> None:
    Child().kill()
