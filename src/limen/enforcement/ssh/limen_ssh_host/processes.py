"""Processes of this host, and which belong together (proc(5))."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

_LOGIND = re.compile(r"/session-([0-9a-z]{1,20})\.scope")


def start_of(pid: int) -> int:
    """When a process began, in ticks since the boot: its number alone may be another's by now. 0: it is gone."""
    fields = stat_of(pid)
    return int(fields[19]) if fields else 0


def stat_of(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on (proc(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return fields if fields and fields[0] not in "ZX" else []


def processes_of(pid: int) -> set[int]:
    """A session's processes: what descends from it, and what carries its audit session although it was detached."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        fields = stat_of(int(name)) if name.isdigit() else []
        if fields:
            parents[int(name)] = int(fields[1])
    found, size = {pid}, 0
    while len(found) != size:
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    audited = {audit_session(one) for one in found - {pid}} - {audit_session(os.getpid()), audit_session(1), ""}
    return found | ({one for one in parents if audit_session(one) in audited} if audited else set())


def audit_session(pid: int) -> str:
    """The audit session that the kernel keeps for a process; "": none."""
    try:
        said = Path(f"/proc/{pid}/sessionid").read_text().strip()
    except OSError:
        return ""
    return "" if said == "4294967295" else said


def logind_of(pid: int) -> str:
    """The session of systemd-logind's that a process is in; "": none. The kernel tells it, and nobody's environment."""
    try:
        found = _LOGIND.search(Path(f"/proc/{pid}/cgroup").read_text())
    except OSError:
        return ""
    return found[1] if found else ""


def uids_of(pid: int) -> set[int]:
    """Whom a process acts as, or could (real, effective, saved and of the file system; proc(5))."""
    try:
        said = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return set()
    return {int(word) for line in said.splitlines() if line.startswith("Uid:") for word in line.split()[1:]}


def send(pids: set[int], what: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, what)
        except ProcessLookupError:
            continue
