"""`limen demo` as somebody starts it: it says where to look, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DO = Path(__file__).parents[2] / "do.py"
STARTED: list[subprocess.Popen[str]] = []
LIMEN_DEMO = ("-m", "limen.cli.main", "demo")


def start(*words: str, tmp: Path, command: tuple[str, ...] = LIMEN_DEMO) -> subprocess.Popen[str]:
    """A process group of its own, as a terminal gives to each command."""
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    demo = subprocess.Popen(
        [sys.executable, "-u", *command, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    STARTED.append(demo)
    return demo


@pytest.fixture(autouse=True)
def nothing_goes_on() -> Iterator[None]:
    """A test that fails ends its demo all the same."""
    yield
    while STARTED:
        demo = STARTED.pop()
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
        demo.communicate(timeout=60)


def said_until_open(demo: subprocess.Popen[str]) -> str:
    said = ""
    assert demo.stdout is not None
    for line in demo.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    return said


def test_it_says_where_to_look_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Also where a killed demo left its folder, and a page is open that is told of each decision."""
    killed = tmp_path / "harbor-killed"
    killed.mkdir(mode=0o700)
    (killed / ".demo-lock").touch(0o600)
    demo = start(tmp=tmp_path)
    said = said_until_open(demo)
    found = re.search(r"http://(harbor\.localhost):(\d+)/", said)
    assert found is not None
    watching = socket.create_connection(("127.0.0.1", int(found[2])), timeout=60)
    watching.sendall(f"GET /live HTTP/1.1\r\nHost: {found[1]}:{found[2]}\r\n\r\n".encode())
    assert b"text/event-stream" in watching.recv(4_096)
    assert len(re.findall(r"^  http://harbor\.localhost:\d+/$", said, re.MULTILINE)) == 1
    assert re.search(r"curl http://harbor\.localhost:\d+/curl\n", said)
    assert any(tmp_path.iterdir())
    demo.send_signal(signal.SIGINT)
    rest, wrong = demo.communicate(timeout=60)
    watching.close()
    assert "Harbor has closed" in rest
    assert wrong == ""
    assert list(tmp_path.iterdir()) == []


def test_one_that_a_script_started_beside_itself_ends_when_it_is_told_to(tmp_path: Path) -> None:
    """With `&` a shell starts it with SIGINT ignored."""
    begun = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        demo = start(tmp=tmp_path)
    finally:
        signal.signal(signal.SIGINT, begun)
    said_until_open(demo)
    demo.terminate()
    rest, _ = demo.communicate(timeout=60)
    assert "Harbor has closed" in rest
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [LIMEN_DEMO, (str(DO), "run")], ids=["limen-demo", "do-run"])
def test_ctrl_c_in_a_terminal_reaches_everybody_and_leaves_nothing_behind(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    demo = start(tmp=tmp_path, command=command)
    said_until_open(demo)
    os.killpg(demo.pid, signal.SIGINT)
    rest, wrong = demo.communicate(timeout=60)
    assert "Harbor has closed" in rest
    assert "Traceback" not in wrong
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        with contextlib.suppress(OSError):  # whoever else has it takes it as well
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", 8080))
            taken.listen()
        demo = start(tmp=tmp_path)
        said = said_until_open(demo)
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)
    found = re.search(r"Port 8080 is in use on this machine, so Harbor uses port (\d+)", said)
    assert found is not None
    assert f"  http://harbor.localhost:{found[1]}/\n" in said


def test_two_that_start_at_the_same_moment_both_open(tmp_path: Path) -> None:
    """Both find the usual ports free, and only one of them gets each."""
    demos = [start(tmp=tmp_path) for _ in range(2)]
    found = [re.search(r"^  http://harbor\.localhost:(\d+)/$", said_until_open(one), re.MULTILINE) for one in demos]
    ports = [int(one[1]) for one in found if one]
    assert len(set(ports)) == 2
    for demo, port in zip(demos, ports, strict=True):
        with socket.create_connection(("127.0.0.1", port), timeout=60):
            demo.send_signal(signal.SIGINT)
        rest, wrong = demo.communicate(timeout=60)
        assert ("Harbor has closed" in rest, wrong) == (True, "")
    assert list(tmp_path.iterdir()) == []


def test_the_port_can_be_chosen_and_being_terminated_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = start("--port", str(port), tmp=tmp_path)
        _, wrong = refused.communicate(timeout=60)
        assert refused.returncode == 1
        assert f"port {port} is in use on this machine" in wrong
    demo = start("--port", str(port), tmp=tmp_path)
    said = said_until_open(demo)
    assert any(tmp_path.iterdir())
    demo.terminate()
    rest, wrong = demo.communicate(timeout=60)
    assert f"  http://harbor.localhost:{port}/\n" in said
    assert "Harbor has closed" in rest
    assert "Traceback" not in wrong
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--once", "--port", "9000"), "`--port` can't be combined with `--once`"),
        (("--port", "80"), "the demo can't use port 80"),
    ],
)
def test_a_port_that_can_not_be_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    demo = start(*words, tmp=tmp_path)
    _, wrong = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert said in wrong


def test_json_without_once_says_how(tmp_path: Path) -> None:
    demo = start("--json", tmp=tmp_path)
    _, wrong = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert "limen demo --once --json" in wrong
