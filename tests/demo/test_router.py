"""The router in namespaces: it is nobody else's machine, and goes with whoever made it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from limen.demo import router
from limen.demo.router import Router, can_be_made, made_router
from limen.errors import LimenError

needs_a_router = pytest.mark.skipif(bool(can_be_made()), reason=can_be_made() or "-")
HELD = """
import sys, time
from pathlib import Path
from limen.demo.router import Router, made_router
with made_router(Router, Path(sys.argv[1]), {10: 41}, "10.10.0.41") as one:
    print(one.pid, *one.hosts.values(), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(("is_root", "programs", "why"), [(False, True, "root"), (True, False, "nft")])
def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, is_root: bool, programs: bool, why: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0 if is_root else 1_000)
    monkeypatch.setattr(router.shutil, "which", lambda name: name if programs else None)
    assert why in can_be_made()


@needs_a_router
def test_its_files_and_names_are_its_own(tmp_path: Path) -> None:
    with made_router(Router, tmp_path / "router", {10: 41}, "10.10.0.41") as one:
        one.run("sh", "-c", "mkdir /etc/limen-firewall && echo mine > /etc/limen-firewall/config")
        assert "limen.harbor.localhost" in one.run("cat", "/etc/hosts")
        assert one.run("sh", "-c", "test -e /etc/shadow && echo is there", check=False) == ""
        assert not Path("/etc/limen-firewall/config").exists()
        with pytest.raises(OSError, match="refused"):
            one.connect(10, "10.10.0.1", 445)
        with pytest.raises(LimenError):
            one.run("false")


@needs_a_router
def test_it_goes_with_a_process_that_is_killed(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HELD, str(tmp_path / "router")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        pids = [int(one) for one in holder.stdout.readline().split()]
        assert len(pids) == 2
        holder.send_signal(signal.SIGKILL)
    ends = time.monotonic() + 20
    while any(_is_running(pid) for pid in pids):
        assert time.monotonic() < ends, pids
        time.sleep(0.05)


def _is_running(pid: int) -> bool:
    """A process that has ended and was not yet fetched by whoever is its parent now runs no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
