"""A base image of what this machine has: the Python that runs the tests, a shell, and the libraries of both."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

PROGRAMS = ("sh", "echo", "mkdir", "chown", "cat", "id", "rm", "env")
FOR_WHEELS = (
    "libstdc++.so.6",
    "libgcc_s.so.1",
    "libm.so.6",
    "libdl.so.2",
    "librt.so.1",
    "libpthread.so.0",
    "libutil.so.1",
)
"""What wheels for Linux may take for granted (PEP 599)."""
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "test", "tests", "idlelib", "tkinter", "_tkinter*", "site-packages", "*.a"
)


def lay_out(root: Path) -> None:
    """Make a root file system in `root`, which is empty."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for name in ("etc/ssl/certs", "usr/local/bin", "tmp", "dev", "proc", "sys", "run", "var/tmp"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n")
    programs = [Path(found) for name in PROGRAMS if (found := shutil.which(name, path="/usr/bin:/bin"))]
    for program in programs:
        shutil.copy(program, root / "usr/bin" / program.name)
    python = _python_into(root)
    _libraries_into(root, [*programs, python, *python.parents[1].glob("lib/python3*/lib-dynload/*.so")])


def _python_into(root: Path) -> Path:
    """Under the prefix that it has here, since it looks for its library there."""
    prefix, name = Path(sys.base_prefix), f"python3.{sys.version_info.minor}"
    target = root / prefix.relative_to("/")
    (target / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(prefix / "bin" / name, target / "bin" / name)
    shutil.copytree(prefix / "lib" / name, target / "lib" / name, ignore=LEFT_OUT, dirs_exist_ok=True)
    (target / "lib" / name / "site-packages").mkdir(exist_ok=True)
    for called in ("python3", name):
        (root / "usr/local/bin" / called).symlink_to(prefix / "bin" / name)
    return prefix / "bin" / name


def _libraries_into(root: Path, binaries: Iterable[Path]) -> None:
    listed = subprocess.run(["ldd", *binaries], capture_output=True, text=True, check=False).stdout
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    wanted = set(re.findall(r"(?:=> )?(/\S+) \(0x", listed))
    wanted |= {
        place
        for name, place in re.findall(r"^\s+(\S+) .*x86-64.* => (\S+)$", known, re.MULTILINE)
        if name in FOR_WHEELS
    }
    for place in sorted(wanted):
        inside = root / Path(place).relative_to("/")
        if not inside.exists():
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(place, inside)
