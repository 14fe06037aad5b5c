"""The end of sessions, with all that runs in them."""

from __future__ import annotations

import os
import signal
import subprocess
import syslog
import time
from pathlib import Path
from typing import Any

from limen.enforcement.ssh.limen_ssh_host.places import KEPT
from limen.enforcement.ssh.limen_ssh_host.processes import (
    audit_session,
    logind_of,
    processes_of,
    send,
    start_of,
    stat_of,
    uids_of,
)
from limen.enforcement.ssh.limen_ssh_host.records import drop, is_in, keep
from limen.enforcement.ssh.limen_ssh_host.sudo import write_sudoers
from limen.following.program.commands import SYSTEMD

_USED_SECONDS = 60.0


def forget(record: dict[str, Any]) -> None:
    """It is over, and nobody acts as root by it."""
    drop(record)
    if record["is_elevated"]:
        write_sudoers(record["account"])


def end(record: dict[str, Any], why: str) -> None:
    """End a session with all that runs in it."""
    if start_of(record["pid"]) == record["start"]:
        syslog.syslog(f"ends the session of {record['account']} (serial {record['serial']}): {why}")
        if record["logind"] and SYSTEMD.exists():
            subprocess.run(["loginctl", "kill-session", "--signal=KILL", "--", record["logind"]], check=False)
        for _ in range(5):
            theirs = processes_of(record["pid"]) - {os.getpid(), 1}
            send(theirs, signal.SIGSTOP)  # first nothing may begin anything, then all ends
            theirs |= processes_of(record["pid"]) - {os.getpid(), 1}
            send(theirs, signal.SIGKILL)
            time.sleep(0.01)
            if not start_of(record["pid"]):
                break
    if start_of(record["pid"]) == record["start"]:  # the kernel has not let go of it: it is ended again in a moment
        keep_unelevated(record)
    else:
        leave_nothing(record)


def keep_unelevated(record: dict[str, Any]) -> None:
    """Nobody acts as root by it any more, whatever becomes of its processes."""
    if record["is_elevated"]:
        record = {**record, "is_elevated": False}
        keep(record)
        write_sudoers(record["account"])


def leave_nothing(record: dict[str, Any]) -> None:
    """A session is over, and so is what it leaves running: nothing would end it with the grant. What carries its audit
    session or its logind session ends, and all of an account of somebody's own when they are in nowhere else here.
    """
    forget(record)
    for _ in range(20):
        left = remains_of(record)
        if not left:
            break
        send(left, signal.SIGSTOP)
        send(remains_of(record) | left, signal.SIGKILL)
        time.sleep(0.01)
    if record.get("is_own") and SYSTEMD.exists() and not is_in(record["account"]):
        Path("/var/lib/systemd/linger", record["account"]).unlink(missing_ok=True)
        subprocess.run(["loginctl", "terminate-user", "--", record["account"]], check=False, capture_output=True)


def remains_of(record: dict[str, Any]) -> set[int]:
    """What a session that is over has left running."""
    uid = KEPT.read("made").get(record["account"]) if record.get("is_own") and not is_in(record["account"]) else None
    found = set()
    for pid in {int(name) for name in os.listdir("/proc") if name.isdigit()} - {os.getpid(), record["pid"], 1}:
        is_audited = bool(record.get("audit")) and audit_session(pid) == record["audit"]
        is_in_scope = bool(record["logind"]) and logind_of(pid) == record["logind"]
        if (is_audited or is_in_scope or (uid is not None and uid in uids_of(pid))) and stat_of(pid):
            found.add(pid)
    return found


def is_used(record: dict[str, Any]) -> bool:
    """Whether somebody typed in a session within the last minute, or a command of it runs without a terminal."""
    others = [fields for fields in map(stat_of, processes_of(record["pid"]) - {record["pid"]}) if fields]
    terminals = {int(fields[4]) for fields in others} - {0}
    if not terminals:
        return len(others) > 1
    now = time.time()
    for terminal in terminals:
        number = (terminal & 0xFF) | (terminal >> 12 & 0xFFF00)
        try:
            if now - os.stat(f"/dev/pts/{number}").st_atime < _USED_SECONDS:
                return True
        except FileNotFoundError:
            continue
    return False
