"""Accounts of this host that are somebody's own."""

from __future__ import annotations

import hashlib
import pwd
import subprocess
import syslog
from pathlib import Path

from limen.enforcement.ssh.limen_ssh_host.places import ACCOUNT, KEPT, RUN
from limen.enforcement.ssh.limen_ssh_host.records import records
from limen.enforcement.ssh.limen_ssh_host.sessions import end, leave_nothing
from limen.following.program.kept import Wrong, locked, write


def create(account: str) -> None:
    """Somebody's own account, where there is none of that name. One that is there is left alone, and opens to nobody:
    a name after an address says nothing of whose it was.
    """
    if not ACCOUNT.fullmatch(account):
        raise Wrong("an account's name is none that Limen gives")
    if account in KEPT.read("made"):
        return
    try:
        pwd.getpwnam(account)
    except KeyError:
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", account], check=True, capture_output=True)
        adopt(account)
    else:
        syslog.syslog(
            syslog.LOG_WARNING, f"{account} was here before Limen, and is opened to nobody until it is adopted"
        )


def adopt(account: str) -> None:
    """From now on this account is the one of whom Limen calls so. Root says it of accounts that were here before."""
    if not ACCOUNT.fullmatch(account):
        raise Wrong("name the account: limen-ssh-host adopt ida")
    try:
        uid = pwd.getpwnam(account).pw_uid
    except KeyError:
        raise Wrong(f"there is no account {account}") from None
    if uid < 1000:
        raise Wrong(f"{account} is one of the system's")
    with locked(RUN.folder):
        KEPT.put("made", {**KEPT.read("made"), account: uid})
        shut_jobs(account)


def shut_jobs(account: str) -> None:
    """Let an account leave no jobs behind (crontab(1), at(1)): they would run when nobody may act by it any more."""
    for program in ("cron", "at"):
        allowed, denied = Path(f"/etc/{program}.allow"), Path(f"/etc/{program}.deny")
        is_open = denied.exists() or (program == "cron" and Path("/etc/debian_version").exists())
        if is_open and not allowed.exists():  # where neither file is nobody but root may; Debian's cron alone lets all
            lines = denied.read_text().splitlines() if denied.exists() else []
            if account not in lines:
                write(denied, "".join(f"{line}\n" for line in [*lines, account]), 0o644)


def mark_of(account: str) -> str:
    """What Limen calls an account whose owner was erased there."""
    return f"#{hashlib.sha256(account.encode()).hexdigest()[:31]}"


def lock(account: str) -> None:
    """Its owner is no more: nobody logs in to it, whatever they are called, and nothing runs in it."""
    command = ["usermod", "--lock", "--expiredate", "1", "--shell", "/usr/sbin/nologin", account]
    subprocess.run(command, check=False, capture_output=True)
    for record in records():
        if record["account"] == account:
            end(record, "its owner was erased")
    nothing = {"pid": 0, "start": 0, "account": account, "is_own": True, "is_elevated": True, "logind": "", "audit": ""}
    leave_nothing(nothing)
    with locked(RUN.folder):
        KEPT.put("made", {name: uid for name, uid in KEPT.read("made").items() if name != account})
    syslog.syslog(f"{account} is locked: its owner was erased")


def is_root(account: str) -> bool:
    """Whether it is root by another name, or by none that this host knows: then nobody can tell."""
    try:
        return pwd.getpwnam(account).pw_uid == 0
    except KeyError:
        return True


def is_own(account: str) -> bool:
    """Whether it is somebody's own by this program's doing, and still the same."""
    try:
        return bool(1000 <= pwd.getpwnam(account).pw_uid == KEPT.read("made").get(account))
    except KeyError:
        return False
