"""`limen demo` as somebody starts it: it says where to look, and leaves nothing behind."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path


def start(*words: str, tmp: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "limen.cli.main", "demo", *words]
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_it_says_where_to_look_and_leaves_nothing_behind(tmp_path: Path) -> None:
    demo = start(tmp=tmp_path)
    said = ""
    assert demo.stdout is not None
    for line in demo.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    assert re.search(r"http://limen\.harbor\.localhost:\d+/enrol#[\w-]{43}\n", said)
    assert "/console/decisions" in said
    assert any(tmp_path.iterdir())
    demo.send_signal(signal.SIGINT)
    rest, wrong = demo.communicate(timeout=30)
    assert "Harbor has closed" in rest
    assert "Traceback" not in wrong
    assert list(tmp_path.iterdir()) == []


def test_json_without_once_says_how(tmp_path: Path) -> None:
    demo = start("--json", tmp=tmp_path)
    _, wrong = demo.communicate(timeout=30)
    assert demo.returncode == 1
    assert "limen demo --once --json" in wrong
