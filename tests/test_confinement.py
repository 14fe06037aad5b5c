"""What a process gives up. That it can do nothing else then: `tests/data/extraction/test_worker.py`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from limen import confinement


def _said(code: str) -> subprocess.CompletedProcess[str]:
    before = "import resource\nfrom limen import confinement as it\n"
    return subprocess.run(
        [sys.executable, "-c", before + code], capture_output=True, text=True, timeout=60, check=False
    )


def test_memory_time_and_files_are_bounded() -> None:
    done = _said("it.limit(memory=1 << 28, cpu_seconds=7, files=9)\nprint(*map(resource.getrlimit, (0, 1, 4, 7, 9)))")
    assert done.stdout.strip() == f"(7, 7) (0, 0) (0, 0) (9, 9) ({1 << 28}, {1 << 28})"
    assert "MemoryError" in _said("it.limit(memory=1 << 28)\nbytearray(1 << 28)").stderr


def test_processor_time_is_given_anew_for_each_order() -> None:
    code = "it.more_processor_time(1)\nwhile True: pass"
    assert _said(code).returncode == -24  # SIGXCPU


def test_it_says_what_holds() -> None:
    done = _said("import os\nprint(*sorted(it.confine(memory=1 << 30, files=9)))\nprint(os.getuid())")
    held, uid = done.stdout.splitlines()
    assert ("privileges" in held) == (os.geteuid() == 0)
    assert (uid != "0") or os.geteuid() != 0


_BELOW_ANOTHER = """
import ctypes, fcntl, os, resource, signal, socket, sys, time
it.has_filter()  # imports what has to be found now
if os.geteuid() == 0:
    os.setgid(65533), os.setuid(65533)
me = os.getpid()
ctypes.CDLL(None).prctl(4, 1)  # as any service that was not started by root
if os.fork() == 0:
    ours, theirs = socket.socketpair()
    it.confine(memory=1 << 30, files=16)
    try:
        {attack}
    except OSError as error:
        os.write(1, error.__class__.__name__.encode())
    os._exit(0)
os.wait()
until = time.process_time() + 0.1
while time.process_time() < until:
    pass
os.write(1, b" lives")
"""
_ATTACKS = {
    "limits": "resource.prlimit(me, resource.RLIMIT_CPU, (0, 0))",
    "limits that are read": "resource.prlimit(me, resource.RLIMIT_CPU)",
    "owner": "fcntl.fcntl(ours, 8, me)",
    "signal": "fcntl.fcntl(ours, 10, signal.SIGKILL)",
    "flags": "fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)",
}


@pytest.mark.skipif(not confinement.has_filter(), reason="this system has no filter of system calls")
@pytest.mark.parametrize("attack", _ATTACKS)
def test_no_other_process_is_touched(attack: str) -> None:
    assert _said(_BELOW_ANOTHER.format(attack=_ATTACKS[attack])).stdout == "PermissionError lives"


@pytest.mark.skipif(not confinement.has_filter(), reason="this system has no filter of system calls")
def test_its_own_limits_are_its_own() -> None:
    assert _said("it.confine(memory=1 << 30, files=9)\nit.more_processor_time(1)\nprint(1)").stdout == "1\n"
