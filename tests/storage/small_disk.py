"""A disk so small that it is soon full, which only root can make."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int, not_tested: str) -> Iterator[Path]:
    """Mount one in `folder`; where that can't be done the test is skipped, saying loudly what is `not_tested`."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip(f"a small disk can't be mounted here (needs root): {not_tested} is NOT tested")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], capture_output=True, check=True)
