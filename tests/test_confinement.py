"""What a process gives up. That it can do nothing else then: `tests/data/extraction/test_worker.py`."""

from __future__ import annotations

import os
import subprocess
import sys


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
